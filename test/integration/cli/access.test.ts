import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEtcd } from '../../support/etcd.ts';
import { hinge } from './hinge.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-access-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('etcd that lets in only some', () => {
  it('takes certificates', async () => {
    const etcd = await startEtcd({ tls: true });
    try {
      const { tls } = etcd;
      if (tls === undefined) throw new Error('no TLS');
      const env = {
        HINGE_ETCD_ENDPOINTS: etcd.endpoint,
        HINGE_ETCD_CA: tls.authority.certificate,
        HINGE_ETCD_CERT: tls.client.certificate,
        HINGE_ETCD_KEY: tls.client.key,
      };
      expect(await hinge(['apply', '-f', 'examples/first'], { env })).toMatchObject({ code: 0, stderr: '' });
      const { HINGE_ETCD_CERT: _cert, HINGE_ETCD_KEY: _key, ...anonymous } = env;
      expect((await hinge(['get', 'all'], { env: anonymous })).code).toBe(1);
    } finally {
      await etcd.close();
    }
  });

  it('takes a user and a password from a file, and never shows it', async () => {
    const etcd = await startEtcd({ rootPassword: 'pa55-of-root' });
    try {
      const file = path.join(directory, 'password');
      await writeFile(file, 'pa55-of-root\n');
      const env = {
        HINGE_ETCD_ENDPOINTS: etcd.endpoint,
        HINGE_ETCD_USERNAME: 'root',
        HINGE_ETCD_PASSWORD_FILE: file,
      };
      expect((await hinge(['apply', '-f', 'examples/first'], { env })).code).toBe(0);
      await writeFile(file, 'wrong-pa55');
      const { code, stderr } = await hinge(['get', 'all'], { env });
      expect(code).toBe(1);
      expect(stderr).toContain('check HINGE_ETCD_USERNAME and its password or certificate');
      expect(stderr).not.toContain('pa55');
    } finally {
      await etcd.close();
    }
  });
});
