import { GraphQLError } from 'graphql';
import type { Booking, Lead, Portfolio, Subject } from '../../simulator/estate.ts';
import { type Desk, showBooking, showLead, timeText } from './simulator-estate.ts';
import { bookingIds, conversationIds, leadIds, messageIds, workspaceIds } from './simulator-ids.ts';
import { badInput, type PageArguments, pageOf } from './simulator-pages.ts';

/** Called for every message that `sendMessage` took from our side. */
export type SentListener = (conversationExternalId: string, messageExternalId: string, body: string) => void;

interface ListArguments extends PageArguments {
  readonly q?: { readonly workspaceIds?: readonly string[] | null } | null;
  readonly filters?: {
    readonly workspaceId?: Choice | null;
    readonly name?: Choice | null;
    readonly slug?: Choice | null;
    readonly status?: Choice | null;
  } | null;
}

interface Choice {
  readonly eq?: string | null;
  readonly in?: readonly string[] | null;
  readonly contains?: string | null;
}

interface SendArguments {
  readonly conversationId?: string | null;
  readonly body?: string | null;
  readonly sentBy?: string | null;
}

/** The root value: an object per namespace with a function per field. The schema decides which of them can be asked for. */
export function rootOf(desk: Desk, onSent: SentListener): object {
  const one = <Row>(found: Row | undefined, show: (row: Row) => object) => (found ? show(found) : missing(desk));
  const booking = (args: { readonly bookingId?: string; readonly id?: string }) =>
    one(desk.world.bookings.get(bookingIds.toInternal(args.bookingId ?? args.id ?? '') ?? 0), (row) =>
      showBooking(desk, row),
    );
  const lead = (args: { readonly leadId?: string; readonly id?: string }) =>
    one(desk.world.leads.get(leadIds.toInternal(args.leadId ?? args.id ?? '') ?? 0), (row) => showLead(desk, row));
  const bookings = (args: ListArguments) => listBookings(desk, args);
  const leads = (args: ListArguments) => listLeads(desk, args);
  return {
    bookings: { search: bookings, bookings, booking },
    // One field plays both the older namespace, with its `search`, and the newer connection itself.
    crm: { leads: (args: ListArguments) => ({ ...leads(args), search: leads }), lead },
    leads: { search: leads, leads, lead },
    workspaces: (args: ListArguments) => listWorkspaces(desk, args),
    workspace: ({ id }: { readonly id: string }) =>
      one(desk.world.portfolios.get(workspaceIds.toInternal(id) ?? 0), (row) => showWorkspace(desk, row)),
    whoami: () => {
      throw new GraphQLError('Only a user token may ask whoami', { extensions: { code: 'FORBIDDEN' } });
    },
    conversations: { sendMessage: (args: SendArguments) => sendMessage(desk, args, onSent) },
  };
}

function listBookings(desk: Desk, args: ListArguments) {
  const items = desk.world.bookingsInOrder.filter((booking) => {
    const status = args.filters?.status;
    return isWanted(desk, { kind: 'booking', id: booking.id }, args) && fits(status, booking.status);
  });
  const show = (booking: Booking) => showBooking(desk, booking);
  return pageOf({ items, placeOf: placeOfDated, ...bookingIds, show }, args, desk.switches, desk.handling);
}

function listLeads(desk: Desk, args: ListArguments) {
  const items = desk.world.leadsInOrder.filter((lead) => isWanted(desk, { kind: 'lead', id: lead.id }, args));
  const show = (lead: Lead) => showLead(desk, lead);
  return pageOf({ items, placeOf: placeOfDated, ...leadIds, show }, args, desk.switches, desk.handling);
}

function listWorkspaces(desk: Desk, args: ListArguments) {
  const { name, slug, status } = args.filters ?? {};
  const items = [...desk.world.portfolios.values()].filter(
    (row) => fits(name, row.name) && fits(slug, row.slug) && fits(status, statusOf(row)),
  );
  const placeOf = (row: Portfolio) => ({ time: 0, id: row.id });
  const show = (row: Portfolio) => showWorkspace(desk, row);
  return pageOf({ items, placeOf, ...workspaceIds, show }, args, desk.switches, desk.handling);
}

/** No workspaces named: those of all that the credentials may see. */
function isWanted({ world }: Desk, subject: Subject, args: ListArguments): boolean {
  const named = args.q?.workspaceIds;
  const filter = args.filters?.workspaceId;
  if (!named && !filter) return true;
  const workspace = workspaceIds.toExternal(world.portfolioOf(subject).id);
  return (!named || named.includes(workspace)) && fits(filter, workspace);
}

function fits(choice: Choice | null | undefined, value: string): boolean {
  if (choice?.eq && choice.eq !== value) return false;
  if (choice?.in && !choice.in.includes(value)) return false;
  return !choice?.contains || value.toLowerCase().includes(choice.contains.toLowerCase());
}

function placeOfDated(row: Booking | Lead) {
  return { time: row.createdAt.getTime(), id: row.id };
}

function statusOf(portfolio: Portfolio): string {
  return portfolio.active ? 'ACTIVE' : 'CHURNED';
}

function showWorkspace({ world, switches }: Desk, portfolio: Portfolio): object {
  return {
    id: workspaceIds.toExternal(portfolio.id),
    name: portfolio.name,
    slug: portfolio.slug,
    status: statusOf(portfolio),
    demo: portfolio.demo,
    logoUrl: null,
    externalBrandUuid: null,
    crmNamespace: null,
    createdAt: null,
    updatedAt: timeText(world.clock.now(), switches),
  };
}

/** `participant` is an import of what the guest wrote elsewhere; every other value is our side. */
function sendMessage(desk: Desk, args: SendArguments, onSent: SentListener): object | null {
  const { world, switches } = desk;
  if (!args.conversationId) throw badInput('conversationId is required');
  if (!args.body?.trim()) throw badInput('body is required');
  if (args.body.length > (switches.maxBodyLength ?? Infinity)) throw badInput('body is too long');
  if (!['us', 'participant', null, undefined].includes(args.sentBy)) throw badInput('sentBy must be us or participant');
  const conversation = world.conversations.get(conversationIds.toInternal(args.conversationId) ?? 0);
  if (!conversation) return missing(desk);
  const by = args.sentBy === 'participant' ? 'guest' : 'host';
  const message = world.write(conversation.id, { by, body: args.body });
  const id = messageIds.toExternal(message.id);
  if (by === 'host') onSent(args.conversationId, id, args.body);
  return { id };
}

function missing({ switches }: Desk): null {
  if (switches.notFound === 'null') return null;
  throw new GraphQLError('Not found', { extensions: { code: 'NOT_FOUND' } });
}
