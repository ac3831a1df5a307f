import { z } from 'zod';

/** What a registry is shown. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  /** The registry that they are for, such as `registry.example:5000`. */
  readonly server: string;
}

const Login = z.object({
  username: z.string().min(1),
  password: z.string(),
  server: z.string().min(1).exactOptional(),
});

/** As in Docker's config.json, and in Kubernetes' secrets of type dockerconfigjson. */
const DockerConfig = z.object({
  auths: z.record(
    z.string(),
    z.looseObject({
      auth: z.string().exactOptional(),
      username: z.string().exactOptional(),
      password: z.string().exactOptional(),
    }),
  ),
});

/** The registry that names without one belong to, and what Docker's files call it. */
const HUB = 'docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);

const EXPECTED =
  'expected JSON such as {"username": "…", "password": "…"}, with "server" for one registry alone, or Docker\'s config.json with "auths"';

/** The registry of an image, as Docker finds it: a first part with a dot or a port, or `localhost`. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : HUB;
}

/** @returns what an image's registry is to be shown, or why the secret has nothing for it, without a character of its value. */
export function registryCredentials(
  value: string,
  image: string,
): RegistryCredentials | { readonly unusable: string } {
  const registry = registryOf(image);
  const json = parsed(value);
  const login = Login.safeParse(json);
  if (login.success) {
    const { username, password, server = registry } = login.data;
    if (bare(server) === registry) return { username, password, server: registry };
    return { unusable: `it is for the registry ${bare(server)}, and the image is of ${registry}` };
  }
  const config = DockerConfig.safeParse(json);
  if (!config.success) return { unusable: EXPECTED };
  const entry = Object.entries(config.data.auths).find(([server]) => bare(server) === registry);
  if (entry === undefined) return { unusable: `its "auths" have no entry for the registry ${registry}` };
  const { auth, username, password } = entry[1];
  if (username !== undefined && password !== undefined) return { username, password, server: registry };
  const [, user, word] = /^([^:]+):(.*)$/s.exec(decoded(auth ?? '')) ?? [];
  if (user !== undefined && word !== undefined) return { username: user, password: word, server: registry };
  return {
    unusable: `its entry for ${registry} has neither "auth" (base64 of user:password) nor both names`,
  };
}

/** `https://registry.example:5000/v2/` is `registry.example:5000`. */
function bare(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return HUB_NAMES.has(host) ? HUB : host;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** UTF-8 in base64; empty when it is none. */
function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
  } catch {
    return '';
  }
}
