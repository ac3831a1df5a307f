import { DockerError, type DockerFailure, StoreError, type StoreFailure } from '../core/failure.ts';
import { CommanderError } from 'commander';
import { CliError, Exit, EXIT } from './exit.ts';
import type { Output } from './output.ts';

/** What the user can do about a failed call to etcd. */
const NEXT_STEPS: Readonly<Record<StoreFailure, string>> = {
  unavailable: 'check that etcd runs, and HINGE_ETCD_ENDPOINTS (--etcd-endpoints)',
  timeout: 'check that etcd is well, and HINGE_ETCD_ENDPOINTS (--etcd-endpoints); run the command again',
  denied: 'check HINGE_ETCD_USERNAME and its password or certificate, and the rights of its role in etcd',
  conflict: 'somebody else has changed it meanwhile; run the command again',
  'too-large': "make the object smaller, or raise etcd's --max-request-bytes",
  'no-space': "etcd's database is full: compact and defragment it, then disarm its alarm",
  invalid: 'check the settings for etcd (hinge --help)',
  fenced: 'run the command again',
};

/** What the user can do about a failed call to an engine. */
const ENGINE_STEPS: Readonly<Record<DockerFailure, string>> = {
  unreachable: "check that the node's engine runs, and HINGE_NODES (--nodes)",
  timeout: "check that the node's engine is well; run the command again",
  'not-found': "containers and the nodes' helpers are made by the operator: is one running (hinge run)?",
  conflict: 'something has changed meanwhile; run the command again',
  'out-of-sequence': 'something has changed meanwhile; run the command again',
  rejected: 'run the command again; --log-level debug says more',
};

/** Says what ended a command, once, on standard error. @returns what hinge exits with */
export function report(error: unknown, output: Output): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Exit) {
    if (error.cause !== undefined) report(error.cause, output);
    return error.exitCode;
  }
  if (error instanceof CliError) {
    for (const line of error.message.split('\n')) output.problem(`hinge: ${line}`);
    return error.exitCode;
  }
  if (error instanceof StoreError) {
    output.problem(`hinge: ${error.message}\nhinge: ${NEXT_STEPS[error.kind]}`);
    return EXIT.problem;
  }
  if (error instanceof DockerError) {
    output.problem(`hinge: ${error.what}\nhinge: ${ENGINE_STEPS[error.kind]}`);
    return EXIT.problem;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.problem(`hinge: unexpected error, which is a bug of hinge: ${stack}`);
  return EXIT.problem;
}
