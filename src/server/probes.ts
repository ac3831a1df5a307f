import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CheckReport, HealthReport } from '../telemetry/health.ts';

const line = ({ name, ok, message }: CheckReport): string => {
  if (!ok) return `[-]${name} failed: ${message}`;
  return message === '' ? `[+]${name} ok` : `[+]${name} ok: ${message}`;
};

const wantsDetail = (request: FastifyRequest, report: HealthReport): boolean =>
  !report.ok || new URL(request.url, 'http://localhost').searchParams.has('verbose');

const wantsJson = (request: FastifyRequest): boolean =>
  (request.headers.accept ?? '').includes('application/json');

/** Answers a probe as Kubernetes' API server does: `ok`, or each check on a line of its own; JSON for those who ask for it. */
const answer = (
  request: FastifyRequest,
  reply: FastifyReply,
  probe: string,
  report: HealthReport,
): FastifyReply => {
  void reply.code(report.ok ? 200 : 503).header('cache-control', 'no-store');
  if (wantsJson(request)) return reply.type('application/json').send(JSON.stringify(report));
  const verdict = report.ok ? `${probe} check passed` : `${probe} check failed`;
  const text = wantsDetail(request, report) ? [...report.checks.map(line), verdict].join('\n') : 'ok';
  return reply.type('text/plain; charset=utf-8').send(`${text}\n`);
};

/**
 * `/healthz`: restart the process when this fails. `/readyz`: what it depends on works; the process itself is fine.
 */
export const registerProbes = (
  app: FastifyInstance,
  sources: { readonly alive: () => HealthReport; readonly ready: () => HealthReport },
): void => {
  app.get('/healthz', (request, reply) => answer(request, reply, 'healthz', sources.alive()));
  app.get('/readyz', (request, reply) => answer(request, reply, 'readyz', sources.ready()));
};
