import { type AccountId, brand, type ConversationId, type ExternalLeadId, type LeadId } from '../domain/ids.ts';
import type { Address, Lead } from '../domain/messaging.ts';
import type { Database } from './database.ts';
import type { TenantScope } from './scope.ts';
import { cutSlice, type Slice, type SliceRequest } from './slice.ts';
import { type Cell, createParameters, day, lineUp, readRows, toNumberOrNull } from './statement.ts';

/** Leads are not filtered yet. */
export interface LeadFilter {
  readonly workspaceIds?: never;
}

/** A part of the tenant's leads, newest first. Ids grow with time and alone give the order: a position's `at` says nothing here. */
export async function listLeads(
  db: Database,
  scope: TenantScope,
  _filter: LeadFilter,
  slice: SliceRequest,
): Promise<Slice<Lead>> {
  const parameters = createParameters(scope.tenantId);
  const after = slice.after ? `AND l.id < ${parameters.add(slice.after.id)}` : '';
  const before = slice.before ? `AND l.id > ${parameters.add(slice.before.id)}` : '';
  const rows = await readRows<LeadCells>(db, {
    text: `${select} WHERE l.tenant_id = $1 ${after} ${before}
      ORDER BY l.id ${slice.from === 'start' ? 'DESC' : 'ASC'} LIMIT ${parameters.add(slice.limit + 1)}`,
    values: parameters.values,
  });
  return cutSlice(rows.map(toLead), slice);
}

/** How many leads the tenant has. */
export async function countLeads(db: Database, scope: TenantScope, _filter: LeadFilter): Promise<number> {
  const rows = await readRows<[count: string]>(db, {
    text: 'SELECT count(*) FROM lead WHERE tenant_id = $1',
    values: [scope.tenantId],
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** Slot i answers id i; null where it is unknown or foreign. */
export async function leadsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly LeadId[],
): Promise<readonly (Lead | null)[]> {
  return lineUp(ids, await leadsWhere(db, scope, 'id', ids), (lead) => lead.id);
}

/** Slot i answers the provider's id i; null where it is unknown. Of several accounts' leads of one id, the first one stored. */
export async function leadsByExternalIds(
  db: Database,
  scope: TenantScope,
  externalIds: readonly ExternalLeadId[],
): Promise<readonly (Lead | null)[]> {
  const leads = await leadsWhere(db, scope, 'external_id', externalIds);
  return lineUp(externalIds, leads, (lead) => lead.externalId);
}

type LeadCells = [
  id: string,
  accountId: string,
  conversationId: Cell,
  externalId: string,
  address: string,
  status: Cell,
  reference: Cell,
  checkIn: Cell,
  checkOut: Cell,
  guestsCount: Cell,
  contactName: Cell,
  contactEmail: Cell,
  propertyName: Cell,
];

// Of several conversations the one first seen, so that the answer never changes.
const select = `SELECT l.id, l.account_id, (SELECT c.id FROM conversation c WHERE c.tenant_id = l.tenant_id AND c.lead_id = l.id
    ORDER BY c.first_seen_at, c.id LIMIT 1), l.external_id, l.address, l.status, l.reference,
    ${day('l.check_in')}, ${day('l.check_out')}, l.guests_count, l.contact_name, l.contact_email, l.property_name
  FROM lead l`;

async function leadsWhere(
  db: Database,
  scope: TenantScope,
  column: 'id' | 'external_id',
  keys: readonly string[],
): Promise<readonly Lead[]> {
  if (keys.length === 0) return [];
  const rows = await readRows<LeadCells>(db, {
    name: `leads-by-${column}`,
    text: `${select} WHERE l.tenant_id = $1 AND l.${column} = ANY($2::text[]) ORDER BY l.id`,
    values: [scope.tenantId, keys],
  });
  return rows.map(toLead);
}

function toLead(cells: LeadCells): Lead {
  const [id, accountId, conversationId, externalId, address, status, reference, checkIn, checkOut, ...rest] = cells;
  const [guestsCount, contactName, contactEmail, propertyName] = rest;
  return {
    id: brand<LeadId>(id),
    accountId: brand<AccountId>(accountId),
    conversationId: conversationId === null ? null : brand<ConversationId>(conversationId),
    externalId: brand<ExternalLeadId>(externalId),
    address: JSON.parse(address) as Address,
    status,
    reference,
    checkIn,
    checkOut,
    guestsCount: toNumberOrNull(guestsCount),
    contactName,
    contactEmail,
    propertyName,
  };
}
