/** What of a Dockerfile becomes an image's configuration. Field names are the image specification's. */
export interface ImageConfig {
  Env: string[];
  Cmd?: string[];
  Entrypoint?: string[];
  StopSignal?: string;
  Labels: Record<string, string>;
}

export interface Dockerfile {
  readonly config: ImageConfig;
  /** Whether `files/` is laid over the root. */
  readonly copiesFiles: boolean;
}

/** The environment that every Debian base image sets. */
export const BASE_ENV = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/** Lines that every Dockerfile here has. The lab does the same by other means, so it must know them to the letter. */
const STANDARD = new Set([
  'ARG BASE=debian:bookworm-slim',
  'FROM ${BASE}',
  'COPY packages.txt /usr/share/hinge/packages.txt',
  'RUN apt-get update && xargs -a /usr/share/hinge/packages.txt apt-get install -y --no-install-recommends && rm -rf /var/lib/apt/lists/*',
]);

const COPY_FILES = 'COPY files/ /';

/**
 * Reads a Dockerfile as far as the lab can follow it. An instruction that the lab could not carry out is an error:
 * better no image than one that differs from what users build.
 *
 * @throws Error naming file, line and what to do
 */
export function parseDockerfile(text: string, name: string): Dockerfile {
  const config: ImageConfig = { Env: [...BASE_ENV], Labels: {} };
  const missing = new Set(STANDARD);
  let copiesFiles = false;
  for (const { instruction, line } of instructions(text)) {
    if (missing.delete(instruction)) continue;
    if (instruction === COPY_FILES) copiesFiles = true;
    else if (!readMetadata(instruction, config)) {
      throw new Error(
        `${name}:${line}: the lab builds images without an engine and does not know "${instruction}". ` +
          `Put it into packages.txt or files/, or teach deploy/images/dockerfile.ts.`,
      );
    }
  }
  const [first] = missing;
  if (first !== undefined)
    throw new Error(`${name}: the line "${first}" is missing; every image here has it.`);
  return { config, copiesFiles };
}

/** Joins continued lines, drops comments, and squeezes white space. */
function instructions(text: string): { instruction: string; line: number }[] {
  const found: { instruction: string; line: number }[] = [];
  let open = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const part = trimmed.replace(/\\$/, '').trim().replace(/\s+/g, ' ');
    const last = found.at(-1);
    if (open && last !== undefined) last.instruction += ` ${part}`;
    else found.push({ instruction: part, line: index + 1 });
    open = trimmed.endsWith('\\');
  }
  return found;
}

/** Takes over what only describes the image; false if the instruction is none of these. */
function readMetadata(instruction: string, config: ImageConfig): boolean {
  const [keyword = '', ...rest] = instruction.split(' ');
  const value = rest.join(' ');
  switch (keyword) {
    case 'LABEL':
      Object.assign(config.Labels, Object.fromEntries(pairs(value)));
      return true;
    case 'ENV':
      config.Env.push(...pairs(value).map(([key, text]) => `${key}=${text}`));
      return true;
    case 'STOPSIGNAL':
      config.StopSignal = value;
      return true;
    case 'CMD':
      config.Cmd = words(value);
      return true;
    case 'ENTRYPOINT':
      config.Entrypoint = words(value);
      return true;
    default:
      return false;
  }
}

/** `a="b c" d=e` */
function pairs(text: string): [string, string][] {
  return [...text.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))/g)].map(([, key = '', quoted, plain = '']) => [
    key,
    quoted ?? plain,
  ]);
}

/** The exec form only: the shell form would put a shell between the engine and the program. */
function words(json: string): string[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value) || !value.every((word) => typeof word === 'string')) {
    throw new Error(`Expected a JSON list of strings, not: ${json}`);
  }
  return value;
}
