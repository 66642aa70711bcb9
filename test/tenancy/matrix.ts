import type { Ask } from './asking.ts';
import type { Probe } from './probes.ts';
import { absentTwin, type Tenant } from './two-tenants.ts';

const malformed = ['', 'x', 'cnv_', '__proto__', '%00', 'a'.repeat(2_000)];

/** Everything that a caller can put where that probe names something of another tenant. */
export function thingsOf(probe: Probe, tenant: Tenant): readonly string[] {
  if (probe.names !== 'id') return [tenant.cursors[probe.names]];
  return [...new Set(Object.values(tenant.ids))];
}

/**
 * Asks for everything of another tenant's, at every place that takes a name, and for the same under names that nobody has. Answers
 * where the two differ, or where an answer holds anything of theirs: nobody learns even that something is there.
 */
export async function foreignFaults(
  probes: readonly Probe[],
  caller: Tenant,
  other: Tenant,
  ask: Ask,
): Promise<string[]> {
  const faults: string[] = [];
  for (const probe of probes) {
    const things = thingsOf(probe, other);
    for (const thing of things) {
      const twin = absentTwin(probe.names, thing);
      // A document that comes again is compiled; its errors then name no places in it.
      if (thing === things[0]) for (let i = 0; i < 2; i += 1) await ask(probe, probe.variables(twin, caller.ids));
      const foreign = neutral(await ask(probe, probe.variables(thing, caller.ids)), thing);
      const absent = neutral(await ask(probe, probe.variables(twin, caller.ids)), twin);
      if (foreign !== absent) faults.push(`${probe.title} ${thing}: ${foreign} / ${absent}`);
      if (marksOf(other).some((mark) => foreign.includes(mark)))
        faults.push(`${probe.title} ${thing} leaks: ${foreign}`);
      if (/INTERNAL_SERVER_ERROR|Cannot query|must not|is not defined/.test(foreign))
        faults.push(`${probe.title} ${thing} fails: ${foreign}`);
    }
  }
  return faults;
}

/** What is asked in words that name nothing is refused or found to be nothing, and is no fault of ours. */
export async function malformedFaults(probes: readonly Probe[], caller: Tenant, ask: Ask): Promise<string[]> {
  const faults: string[] = [];
  for (const probe of probes)
    for (const value of malformed) {
      const told = await ask(probe, probe.variables(value, caller.ids));
      if (told.includes('INTERNAL_SERVER_ERROR')) faults.push(`${probe.title} ${value}: ${told}`);
    }
  return faults;
}

/** Places where even an owner is told nothing of what is theirs: a probe that can tell nothing apart proves nothing. */
export async function blindProbes(probes: readonly Probe[], owner: Tenant, ask: Ask): Promise<string[]> {
  const blind: string[] = [];
  for (const probe of probes) {
    let seen = false;
    for (const thing of thingsOf(probe, owner)) {
      const twin = absentTwin(probe.names, thing);
      const own = neutral(await ask(probe, probe.variables(thing, owner.ids)), thing);
      const absent = neutral(await ask(probe, probe.variables(twin, owner.ids)), twin);
      seen ||= own !== absent;
      if (seen) break;
    }
    if (!seen) blind.push(probe.title);
  }
  return blind;
}

/** An answer without the name that was asked for, which it may repeat, and without what the token has left to spend. */
export function neutral(answer: string, name: string): string {
  return answer.replaceAll(name, '').replace(/"remaining":\d+/, '');
}

/** What stands in every answer that holds something of a tenant's. */
export function marksOf({ name, ids }: Tenant): readonly string[] {
  return [` of ${name}`, ...Object.values(ids)];
}
