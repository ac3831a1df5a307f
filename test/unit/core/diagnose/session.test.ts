import { describe, expect, it } from 'vitest';
import { diagnose, type SessionSigns } from '../../../../src/core/diagnose/session.ts';

/** Everything is as it should be, and yet the session does not come up. */
const signs: SessionSigns = {
  peer: 'r2',
  address: '10.200.0.3',
  link: 'hinge-r1--r2',
  state: 'Idle',
  peerState: 'Active',
  peerRuns: true,
  plugged: true,
  answered: undefined,
};

const causeOf = (more: Partial<SessionSigns>): string => diagnose({ ...signs, ...more }).cause;

describe('the diagnosis of a session that is down', () => {
  it('names the first thing that is missing, in the order in which a session comes up', () => {
    expect(causeOf({ state: undefined, peerRuns: false })).toBe('NotConfigured');
    expect(causeOf({ peerRuns: false, plugged: false })).toBe('PeerNotRunning');
    expect(causeOf({ plugged: false, peerState: undefined })).toBe('LinkNotPlugged');
    expect(causeOf({ peerState: undefined, answered: false })).toBe('PeerNotConfigured');
    expect(causeOf({})).toBe('Settling');
  });

  it('plugs a silent link anew, and says who does not answer where', () => {
    const { cause, remedies, message } = diagnose({ ...signs, answered: false });
    expect({ cause, remedies }).toEqual({ cause: 'LinkSilent', remedies: ['replug'] });
    expect(message).toBe('r2 (10.200.0.3): Idle; r2 answers no packets over hinge-r1--r2');
  });

  it('restarts a session whose link works before it touches the link', () => {
    expect(diagnose({ ...signs, answered: true })).toMatchObject({
      cause: 'NotTalking',
      remedies: ['restart', 'replug'],
    });
  });

  it('leaves alone what a router holds by itself, at either end', () => {
    for (const held of [{ state: 'Idle (Admin)' }, { peerState: 'Idle (PfxCt)' }]) {
      expect(diagnose({ ...signs, ...held, answered: false })).toMatchObject({
        cause: 'HeldByRouter',
        remedies: [],
      });
    }
    expect(diagnose({ ...signs, peerState: 'Idle (PfxCt)' }).message).toContain('held by r2: Idle (PfxCt)');
  });
});
