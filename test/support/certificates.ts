import path from 'node:path';
import { execa } from 'execa';

/** Files in PEM format. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];

const openssl = (...args: readonly string[]) => execa('openssl', ['req', '-x509', ...NEW_KEY, ...args]);

const pair = (directory: string, name: string): KeyPair => ({
  certificate: path.join(directory, `${name}.crt`),
  key: path.join(directory, `${name}.key`),
});

/** A certificate authority for one test. */
export class TestAuthority {
  readonly #directory: string;
  readonly #own: KeyPair;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#own = pair(directory, 'ca');
  }

  static async create(directory: string): Promise<TestAuthority> {
    const authority = new TestAuthority(directory);
    const { certificate, key } = authority.#own;
    await openssl('-subj', '/CN=hinge test authority', '-keyout', key, '-out', certificate);
    return authority;
  }

  get certificate(): string {
    return this.#own.certificate;
  }

  /** Signs a certificate for a server on the loopback address, or for a client of that name. */
  async issue(name: string): Promise<KeyPair> {
    const { certificate, key } = pair(this.#directory, name);
    const signer = ['-CA', this.#own.certificate, '-CAkey', this.#own.key];
    const extensions = ['subjectAltName=IP:127.0.0.1,DNS:localhost', 'basicConstraints=CA:FALSE'];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    await openssl(...signer, '-subj', `/CN=${name}`, ...added, '-keyout', key, '-out', certificate);
    return { certificate, key };
  }
}
