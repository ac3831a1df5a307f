import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  visit,
} from 'yaml';
import { type FieldProblem, fieldText, quoteValue } from './problem.ts';

/** How deep collections may nest. hinge's own objects need 8; past some thousands the YAML library exhausts the stack. */
const MAX_DEPTH = 64;

/** How many nodes all aliases together may stand for: a "billion laughs" stops here. */
const MAX_ALIASES = 100;

const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  stringKeys: true,
  strict: true,
  // Checked below: the library compares every key with every other, which takes minutes for 100,000 keys.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One document of a text: a plain value, and where its parts are in the text. */
export interface SourceDocument {
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
  /** The document as written, with its comments. */
  readonly text: string;
  readonly start: Position;
  /** Position of what `path` leads to, or of the innermost part of it that is there; of the key itself with 'key'. */
  locate(path: readonly PropertyKey[], what: 'key' | 'value'): Position;
}

type YamlDocument = Document.Parsed;

const syntaxProblem = (reason: string, value: string, at: Position): FieldProblem => ({
  field: '',
  value,
  message: `expected a JSON or YAML document; ${reason}`,
  ...at,
});

/** The line around an offset, for the value of a syntax problem. */
function excerpt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf('\n', start);
  return quoteValue(text.slice(start, end < 0 ? undefined : end).trim());
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

class Source implements SourceDocument {
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
  readonly text: string;
  readonly start: Position;
  readonly #document: YamlDocument;
  readonly #lines: LineCounter;

  /** @param begin where the document before it ends: comments that lead up to this one are its own. */
  constructor(document: YamlDocument, whole: string, begin: number, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
    this.text = whole
      .slice(begin, document.range[2])
      .replace(/^\ufeff/, '')
      .replace(/^---[ \t]*\r?\n/, '')
      .replace(/^\.\.\.\s*$/m, '');
    this.start = this.#at(document.contents?.range[0] ?? document.range[0]);
    const problems = [...this.#syntax(whole), ...this.#nodes()];
    if (problems.length === 0) {
      try {
        this.value = document.toJS({ maxAliasCount: MAX_ALIASES });
      } catch {
        // The library's only error here is for aliases: unresolved ones are found above.
        problems.push({
          field: '',
          value: '',
          message: `expected at most ${String(MAX_ALIASES)} nodes behind aliases; write the values out`,
          ...this.start,
        });
      }
    }
    this.problems = problems;
  }

  locate(path: readonly PropertyKey[], what: 'key' | 'value'): Position {
    let node: unknown = this.#document.contents;
    let range = isNode(node) ? node.range : undefined;
    for (const [index, part] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && key.value === part)
        : undefined;
      const wantsKey = what === 'key' && index === path.length - 1;
      node = isSeq(node) ? node.items[Number(part)] : wantsKey ? pair?.key : (pair?.value ?? pair?.key);
      if (!isNode(node)) break;
      range = node.range ?? range;
    }
    return this.#at(range?.[0] ?? this.#document.range[0]);
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Only the first: what follows it is mostly its consequence. */
  #syntax(whole: string): FieldProblem[] {
    const first = this.#document.errors[0] ?? this.#document.warnings[0];
    if (first === undefined) return [];
    const reason = lowerFirst(first.message.replace(/\s+/g, ' '));
    return [syntaxProblem(reason, excerpt(whole, first.pos[0]), this.#at(first.pos[0]))];
  }

  /** What YAML allows and objects do not: duplicate keys, tags of other types, aliases to nothing. */
  #nodes(): FieldProblem[] {
    const problems: FieldProblem[] = [];
    const report = (offset: number | undefined, value: string, message: string, field = ''): void => {
      problems.push({ field, value, message, ...this.#at(offset ?? this.#document.range[0]) });
    };
    visit(this.#document, {
      Map: (_key, map, ancestors) => {
        const seen = new Set<unknown>();
        for (const { key } of map.items) {
          if (!isScalar(key)) continue;
          const name = String(key.value);
          const field = (): string => fieldText([...pathOf(ancestors, map), name]);
          if (seen.has(name)) {
            report(
              key.range?.[0],
              quoteValue(name),
              'expected every field once; this one is given twice',
              field(),
            );
          } else if (name === '__proto__')
            report(key.range?.[0], quoteValue(name), `unknown field ${field()}`, field());
          seen.add(name);
        }
      },
      Node: (_key, node) => {
        const tag = isAlias(node) ? undefined : node.tag;
        if (tag === undefined || tag === '!' || PLAIN_TAGS.has(tag)) return;
        report(node.range?.[0], quoteValue(tag), 'expected no YAML tag; write the plain value');
      },
      Alias: (_key, alias) => {
        if (alias.resolve(this.#document) !== undefined) return;
        report(
          alias.range?.[0],
          quoteValue(`*${alias.source}`),
          `expected an anchor &${alias.source} before this alias`,
        );
      },
    });
    return problems;
  }
}

/** Where a map is, from the nodes above it. */
function pathOf(ancestors: readonly unknown[], map: unknown): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (const [index, node] of ancestors.entries()) {
    const next = ancestors[index + 1] ?? map;
    if (isPair(node) && isScalar(node.key)) path.push(String(node.key.value));
    else if (isSeq(node)) path.push(node.items.indexOf(next));
  }
  return path;
}

type Composed = { readonly documents: YamlDocument[] } | { readonly problem: FieldProblem };

/** Stops at once where a text nests too deep or has too many parts: read on, it would end the process or block it. */
function compose(text: string, lines: LineCounter, maxTokens: number): Composed {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens = [];
  let count = 0;
  const at = (): Position => {
    const { line, col } = lines.linePos(parser.offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    count += 1;
    if (parser.stack.length > MAX_DEPTH) {
      const problem = syntaxProblem(
        `it nests deeper than ${String(MAX_DEPTH)} levels`,
        excerpt(text, parser.offset),
        at(),
      );
      return { problem };
    }
    if (count > maxTokens)
      return { problem: syntaxProblem(`it has more than ${String(maxTokens)} tokens`, '', at()) };
  }
  tokens.push(...parser.end());
  return { documents: [...new Composer(OPTIONS).compose(tokens)] };
}

export type SourceResult =
  { readonly documents: readonly SourceDocument[] } | { readonly problem: FieldProblem };

/** Reads JSON and YAML alike, since YAML 1.2 contains JSON. Never throws; an empty text has no documents. */
export function readSource(text: string, maxTokens: number): SourceResult {
  const lines = new LineCounter();
  try {
    const composed = compose(text, lines, maxTokens);
    if ('problem' in composed) return composed;
    const { documents } = composed;
    const begins = [0, ...documents.map(({ range }) => range[2])];
    return {
      documents: documents.map((document, index) => new Source(document, text, begins[index] ?? 0, lines)),
    };
  } catch (error) {
    const reason = error instanceof Error ? lowerFirst(error.message) : 'it cannot be read';
    return { problem: syntaxProblem(reason, '', { line: 1, column: 1 }) };
  }
}
