import type { Etcd } from './etcd.ts';
import type { LabNode } from './node.ts';

/** What hinge and etcdctl need to know to work on this lab. */
export function environment(etcd: Etcd, nodes: readonly LabNode[]): Record<string, string> {
  return {
    HINGE_ETCD_ENDPOINTS: etcd.endpoint,
    HINGE_NODES: nodes.map((node) => `${node.name}=unix://${node.socket}`).join(','),
    ETCDCTL_ENDPOINTS: etcd.endpoint,
    ETCDCTL_API: '3',
  };
}

/** For a shell to source. */
export function formatEnvironment(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}

function quote(value: string): string {
  return /^[\w./:,=@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
