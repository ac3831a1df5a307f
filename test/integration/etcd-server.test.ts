import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EtcdOptions, type EtcdServer, startEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';

const etcdForThisTest = async (options?: EtcdOptions): Promise<EtcdServer> => {
  const etcd = await startEtcd(options);
  onTestFinished(() => etcd.close());
  return etcd;
};

const health = (etcd: EtcdServer): Promise<unknown> =>
  fetch(`${etcd.endpoint}/health`, { signal: AbortSignal.timeout(500) }).then((reply) => reply.json());

describe('the etcd that suites start', () => {
  it('keeps its data and its endpoint through a stop and through a crash', async () => {
    const etcd = await etcdForThisTest();
    const { endpoint } = etcd;
    await etcd.ctl('put', '/a', '1');
    for (const end of [() => etcd.stop(), () => etcd.kill()]) {
      await end();
      await expect(health(etcd)).rejects.toThrow('fetch failed');
      await etcd.start();
      expect(await etcd.ctl('get', '/a', '--print-value-only')).toBe('1');
    }
    expect(etcd.endpoint).toBe(endpoint);
  });

  it('hangs while paused', async () => {
    const etcd = await etcdForThisTest();
    etcd.pause();
    await expect(health(etcd)).rejects.toThrow('timeout');
    etcd.resume();
    expect(await health(etcd)).toEqual({ health: 'true' });
  });

  it('is empty at the same endpoint after a wipe', async () => {
    const etcd = await etcdForThisTest();
    await etcd.ctl('put', '/a', '1');
    await etcd.wipe();
    expect(await etcd.ctl('get', '/a')).toBe('');
  });

  it('refuses who has no password', async () => {
    const etcd = await etcdForThisTest({ rootPassword: 'secret' });
    await etcd.ctl('put', '/a', '1');
    const anonymous = execa('etcdctl', ['--endpoints', etcd.endpoint, 'get', '/a'], {
      env: { ETCDCTL_API: '3' },
    });
    await expect(anonymous).rejects.toThrow('user name is empty');
    await etcd.stop();
    await etcd.start();
    expect(await etcd.ctl('get', '/a', '--print-value-only')).toBe('1');
    await etcd.wipe();
    expect(await etcd.ctl('get', '/a')).toBe('');
  });

  it('refuses who has no certificate of its authority', async () => {
    const etcd = await etcdForThisTest({ tls: true });
    await etcd.ctl('put', '/a', '1');
    expect(etcd.endpoint).toMatch(/^https:/);
    const ca = await readFile(etcd.tls?.authority.certificate ?? '');
    const stranger = new Promise((resolve, reject) => {
      request(`${etcd.endpoint}/health`, { ca }, resolve).on('error', reject).end();
    });
    await expect(stranger).rejects.toThrow(/alert|reset/);
  });

  it('refuses larger requests than it is told to take', async () => {
    const etcd = await etcdForThisTest({ maxRequestBytes: 1000 });
    await expect(etcd.ctl('put', '/a', 'x'.repeat(3000))).rejects.toThrow('request is too large');
  });

  it('is full at the size that it is told', async () => {
    const etcd = await etcdForThisTest({ quotaBytes: 1 });
    await expect(etcd.ctl('put', '/a', '1')).rejects.toThrow('database space exceeded');
  });

  it('ends when the process that started it is killed', async () => {
    const script = `
      import { startEtcd } from './test/support/etcd.ts';
      console.log((await startEtcd()).endpoint);
      process.kill(process.pid, 'SIGKILL');`;
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'hinge-orphan-'));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const { stdout } = await execa('node', ['--import', 'tsx', '--input-type=module', '-e', script], {
      reject: false,
      env: { TMPDIR: temporary },
    });
    expect(stdout).toMatch(/^http:/);
    await eventually(() => expect(fetch(`${stdout}/health`)).rejects.toThrow('fetch failed'), {
      timeoutMs: 5000,
      message: 'etcd is gone',
    });
  });
});
