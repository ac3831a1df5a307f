import type { ExportRule, ImportRule } from '../../api/bgp.ts';
import type { Experiment } from '../../api/experiment.ts';
import type { Router, RouterSpec } from '../../api/router.ts';
import { asPathMask } from '../render/bird-as-path.ts';
import { releaseOf } from '../render/vyos/release.ts';
import { finding, type Finding } from './finding.ts';
import { listing } from './listing.ts';
import { abilitiesFor, runsAsTask } from './platforms.ts';
import type { World } from './world.ts';

/** What a Router's platform cannot do: refused, with the field, rather than left out. */
export function checkPlatform({ spec }: Router): Finding[] {
  const { platform } = spec;
  const able = abilitiesFor(spec);
  const { aggregates = [], gracefulRestart, neighbors = [], ...router } = spec.bgp ?? {};
  const found: Finding[] = [];
  const refuse = (field: string, value: string, instead: string): void => {
    found.push(lacking(spec, field, value, instead));
  };
  if (spec.runtime === 'task' && !runsAsTask(platform)) refuse('spec.runtime', 'task', 'write sandbox');
  if (!able.aggregates && aggregates.length > 0)
    refuse('spec.bgp.aggregates', aggregates.map(({ prefix }) => prefix).join(', '), 'leave them out');
  if (!able.gracefulRestart && gracefulRestart !== undefined)
    refuse('spec.bgp.gracefulRestart', JSON.stringify(gracefulRestart), 'leave it out');
  found.push(...checkRules(router, 'spec.bgp', spec));
  for (const [index, neighbor] of neighbors.entries()) {
    const field = `spec.bgp.neighbors[${index.toString()}]`;
    if (!able.defaultOriginate && neighbor.defaultOriginate === true)
      refuse(`${field}.defaultOriginate`, 'true', 'advertise 0.0.0.0/0 instead, which all neighbours hear');
    found.push(...checkRules(neighbor, field, spec));
  }
  return found;
}

interface Rules {
  readonly import?: readonly ImportRule[];
  readonly export?: readonly ExportRule[];
}

function checkRules(rules: Rules, base: string, spec: RouterSpec): Finding[] {
  const { asPaths, nextHopUnchanged } = abilitiesFor(spec);
  return (['import', 'export'] as const).flatMap((way) =>
    (rules[way] ?? []).flatMap(({ match, set = {} }: ImportRule | ExportRule, at) => {
      const field = `${base}.${way}[${at.toString()}]`;
      const found: Finding[] = [];
      const asPath = match?.asPath;
      if (asPath !== undefined && asPaths === 'masks' && asPathMask(asPath) === undefined) {
        const instead = 'write AS numbers joined by _ , with ^ or _ before and $ or _ after them, or ^$';
        found.push(lacking(spec, `${field}.match.asPath`, asPath, instead));
      }
      if ('nextHopUnchanged' in set && set.nextHopUnchanged && !nextHopUnchanged)
        found.push(lacking(spec, `${field}.set.nextHopUnchanged`, 'true', 'leave it out'));
      return found;
    }),
  );
}

const lacking = (spec: RouterSpec, field: string, value: string, instead: string): Finding =>
  finding(
    'Unsupported',
    field,
    value,
    `${field}: ${value} is not supported by the platform ${platformText(spec)}; ${instead}, or use platform frr.`,
  );

/** Every router of a Path that layer 2 is carried along tells its neighbours where hosts are. */
export function checkPlatformsOnPaths({ spec }: Experiment, world: World): Finding[] {
  return spec.connections.flatMap(({ layer, path: name }, index) => {
    const via = layer === 2 ? (world.path(name)?.spec.via ?? []) : [];
    const passed = via.flatMap((router) => {
      const passing = world.spec(router);
      return passing === undefined || abilitiesFor(passing).evpn ? [] : [{ router, spec: passing }];
    });
    if (passed.length === 0) return [];
    const unable = passed.map(({ router }) => router);
    const field = `spec.connections[${index.toString()}].path`;
    const platforms = [...new Set(passed.map((one) => platformText(one.spec)))];
    const message =
      `Path/${name} passes routers whose platform (${listing(platforms)}) carries no layer-2 connections, for want of EVPN: ${listing(unable)}. ` +
      'Name a Path of routers with platform frr or vyos (1.4 or newer), or write layer: 3.';
    const blockers = [`Path/${name}`, ...unable.map((router) => `Router/${router}`)];
    return [finding('Unsupported', field, name, message, blockers)];
  });
}

const platformText = (spec: RouterSpec): string =>
  spec.platform === 'vyos' ? `vyos ${releaseOf(spec)}` : spec.platform;
