import type { Router } from '../../api/router.ts';
import { checkPolicy } from './policy-check.ts';
import { checkContainer } from './container-check.ts';
import { finding, type Finding } from './finding.ts';
import { addressOf } from './ipv4.ts';
import { canonicalLocator } from './locator.ts';
import { routerKey } from './owners.ts';
import { checkPlatform } from './platform-check.ts';
import { checkHostBits, checkReserved } from './subnet-check.ts';
import type { Want } from './want.ts';

/** What is wrong with a Router by itself. */
export function checkRouter(router: Router): Finding[] {
  const { loopback, routerId, advertise = [] } = router.spec;
  const found = [...checkPlatform(router), ...checkContainer(router.spec, 'spec')];
  if (loopback === 'none' && routerId === undefined) {
    const message = 'A Router without a loopback needs one, since there is no address to take it from.';
    found.push(finding('RouterIdMissing', 'spec.routerId', '', message));
  }
  if (loopback !== undefined && loopback !== 'none') found.push(...checkReserved(loopback, 'spec.loopback'));
  for (const [index, prefix] of advertise.entries()) {
    found.push(...checkHostBits(prefix, `spec.advertise[${index.toString()}]`));
  }
  return [...found, ...checkPolicy(router)];
}

/** AS number, locator, loopback and BGP identifier; the identifier last, since it follows from the loopback by default. */
export function routerWants({ metadata, spec }: Router): Want[] {
  const owner = routerKey(metadata.name);
  const locator = spec.locator === undefined ? undefined : canonicalLocator(spec.locator);
  const wants: Want[] = [
    { pool: 'asn', owner, value: spec.asn?.toString(), field: 'spec.asn' },
    { pool: 'locator', owner, value: locator, field: 'spec.locator' },
  ];
  if (spec.loopback === 'none') {
    return [...wants, { pool: 'router-id', owner, value: spec.routerId, field: 'spec.routerId' }];
  }
  const { loopback } = spec;
  const identifies = spec.routerId === undefined;
  wants.push({ pool: 'loopback', owner, value: loopback, identifies, field: 'spec.loopback' });
  const derived = loopback === undefined ? undefined : addressOf(loopback);
  const field = identifies ? 'spec.loopback' : 'spec.routerId';
  wants.push({ pool: 'router-id', owner, value: spec.routerId ?? derived, field });
  return wants;
}
