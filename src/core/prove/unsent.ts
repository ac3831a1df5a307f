import { LONGEST_MS, type Probe } from './probe.ts';
import { CONFIGURING, NO_ANSWER, TOO_SLOW, type Verdict } from './verdict.ts';

/** Verdicts where packets were not sent, or not traced. */

export const silence = ({ forward, echo: { from, to } = forward }: Probe): Verdict => ({
  proven: false,
  reason: NO_ANSWER,
  message: `packets from ${from} to ${to} are not answered yet`,
});

export const configuring = (router: string): Verdict => ({
  proven: false,
  reason: CONFIGURING,
  message: `packets are sent when ${router} runs its new configuration`,
});

export const tooSlow = (addedMs: number): Verdict => ({
  proven: false,
  reason: TOO_SLOW,
  message: `packets and their answers take ${String(Math.round(addedMs / 1000))} s longer by the delays of the links, and hinge waits for ${String(LONGEST_MS / 1000)} s`,
});

export const openLink = (link: string): Verdict => ({
  proven: false,
  reason: 'LinkOpen',
  message: `no packets can pass: the link ${link} is not plugged in at both ends`,
});
