import { describe, expect, it } from 'vitest';
import { renderFrr } from '../../../../src/core/render/frr.ts';
import { Bench } from '../plan/bench.ts';
import { figure3 } from '../plan/figure3.ts';
import { BARE, FULL, IBGP, LAYER_2, POLICY, SLOW } from './routers.ts';

/** Read back by the real FRR in test/e2e; written by `vitest -u`. */
const golden = (name: string): string => `../../../golden/frr/${name}.conf`;

describe('renderFrr', () => {
  it.each([
    ['bare', BARE],
    ['full', FULL],
    ['slow', SLOW],
    ['policy', POLICY],
    ['layer-2', LAYER_2],
    ['ibgp', IBGP],
  ])('writes %s.conf', async (name, router) => {
    await expect(renderFrr(router).text).toMatchFileSnapshot(golden(name));
  });

  it.each(['vyos-35', 'vyos-46', 'vyos-57'])('writes figure-3.%s.conf', async (name) => {
    const { desired } = new Bench().put(...figure3()).settle();
    const setup = desired.workloads.find(({ key }) => key === `router/${name}`)?.setup;
    await expect(setup?.type === 'router' ? setup.configuration.text : '').toMatchFileSnapshot(
      golden(`figure-3.${name}`),
    );
  });

  it('writes the same whatever order things come in', () => {
    const turned = {
      ...FULL,
      connected: FULL.connected.toReversed(),
      advertise: [...FULL.advertise, ...FULL.advertise].toReversed(),
    };
    expect(renderFrr(turned)).toEqual(renderFrr(FULL));
  });

  it('has another hash for another text', () => {
    const hashes = [BARE, FULL, { ...FULL, asn: 7 }].map((router) => renderFrr(router).hash);
    expect(new Set(hashes).size).toBe(3);
    for (const hash of hashes) expect(hash).toMatch(/^[a-z2-7]{16}$/);
  });

  it('keeps extraConfig as it was written, last and in global context', () => {
    const lines = 'log commands\n  ! indented\n\trouter bgp 7\n';
    const { text } = renderFrr({ ...FULL, extraConfig: lines });
    expect(text.endsWith(` !\nexit\n!\n! extraConfig, as written\n${lines}! end of extraConfig\n!\n`)).toBe(
      true,
    );
    expect(renderFrr({ ...FULL, extraConfig: ' \n' })).toEqual(
      renderFrr({ ...FULL, extraConfig: undefined }),
    );
  });

  it('sets the router id before anything that depends on it', () => {
    expect(renderFrr(FULL).text).toMatch(/^router bgp \d+\n bgp router-id/m);
  });
});
