import type { LavandaSwitches } from './simulator-switches.ts';

/** The schema as the switches make it. Nothing else decides about it, so equal texts are equal schemas. */
export function schemaText(switches: LavandaSwitches): string {
  return [
    rootTypes(switches),
    bookingTypes(switches),
    leadTypes(switches),
    messagingTypes(switches),
    workspaceTypes(switches),
    sharedTypes,
  ].join('\n');
}

const paging = 'first: Int, after: String';

function rootTypes({ workspacesQuery, leadNamespaces }: LavandaSwitches): string {
  return `
type Query {
  bookings: BookingsQueries
  ${leadNamespaces === 'leads' ? '' : 'crm: CrmQueries'}
  ${leadNamespaces === 'crm' ? '' : 'leads: LeadsQueries'}
  ${workspacesQuery ? `workspaces(filters: WorkspaceFilters, ${paging}): WorkspaceConnection\n  workspace(id: ID!): Workspace` : ''}
  whoami: User
}
type Mutation { conversations: ConversationsMutations }`;
}

function bookingTypes(switches: LavandaSwitches): string {
  const { dialect } = switches;
  return `
type BookingsQueries {
  ${dialect === 'gen2' ? '' : `search(q: BookingsSearchQueryInput, ${paging}): BookingConnection`}
  ${dialect === 'gen1' ? '' : `bookings(filters: BookingFilters, ${paging}): BookingConnection`}
  booking(${oneArgument('bookingId', dialect)}): Booking
}
input BookingsSearchQueryInput { workspaceIds: [ID] }
input BookingFilters { workspaceId: IdFilter, status: TextFilter }
${connection('Booking', switches)}
type Booking {
  id: ID
  arrivedAt: Date
  averageNightlyRate: NightlyRate
  bookingSource: String
  cancelable: Boolean
  cancellationPolicyDescription: String
  checkIn: Date
  checkOut: Date
  confirmationCode: String
  confirmedAt: Date
  conversationId: ID
  departedAt: Date
  editable: Boolean
  externalBookingId: String
  externalInquiryId: String
  guestsCount: Int
  platform: String
  listingId: ID
  nightsCount: Int
  notes: String
  status: String
  vetting: Vetting
  ${conversationFields(switches)}
}
"The slip in currenyCode is the docs' own."
type NightlyRate { amountCents: Int, currenyCode: String }
type Vetting { status: String }`;
}

function leadTypes(switches: LavandaSwitches): string {
  const { dialect, leadTypeName: name, leadNamespaces } = switches;
  const one = `lead(${oneArgument('leadId', dialect)}): ${name}`;
  const search = dialect === 'gen2' ? '' : `search(q: CrmLeadsSearchQueryInput, ${paging}): ${name}Connection`;
  const filtered = `(filters: CrmLeadFilters, ${paging})`;
  const crm = `
type CrmQueries { leads${dialect === 'gen1' ? '' : filtered}: CrmLeads  ${one} }
type CrmLeads {
  ${search}
  ${dialect === 'gen1' ? '' : connectionFields(name, switches)}
}`;
  const root = `
type LeadsQueries {
  ${search}
  ${dialect === 'gen1' ? '' : `leads${filtered}: ${name}Connection`}
  ${one}
}`;
  return `${leadNamespaces === 'leads' ? '' : crm}${leadNamespaces === 'crm' ? '' : root}
input CrmLeadsSearchQueryInput { workspaceIds: [ID] }
input CrmLeadFilters { workspaceId: IdFilter }
${connection(name, switches)}
type ${name} {
  id: ID
  estimatedCheckIn: String
  estimatedCheckOut: String
  applicationStatus: String
  building: Building
  contact: CrmContact
  status: CrmLeadStatus
  totalAdults: Int
  totalChildren: Int
  uniqueReference: String
  verified: Boolean
  ${conversationFields(switches)}
}
type CrmLeadStatus { id: ID, internalReference: String, stepResult: String }
type CrmContact { id: ID, firstName: String, lastName: String, email: String, phoneNumber: String, languageCode: String }
type Building { id: Int, name: String, currencyCode: String, address: String }`;
}

function messagingTypes(switches: LavandaSwitches): string {
  const messages =
    switches.messagesShape === 'list'
      ? 'messages: [ConversationMessage]'
      : `messages(${paging}): ConversationMessageConnection`;
  const sentBy = switches.sentByType === 'string' ? 'String' : 'ConversationSentBy';
  const declared = {
    enum: 'enum ConversationSentBy { us participant }',
    both: 'scalar ConversationSentBy',
    string: '',
  };
  return `
${declared[switches.sentByType]}
type Conversation { id: ID, participant: ConversationParticipant, ${messages} }
type ConversationParticipant { id: ID, name: String, email: String }
type ConversationMessage {
  id: ID
  body: String
  automated: Boolean
  channel: String
  sentAt: Date
  sentBy: ${sentBy}
  read: Boolean
  urgent: Boolean
  priority: Int
  snoozeUntil: Date
}
type ConversationsMutations { sendMessage(conversationId: ID, body: String, sentBy: ${sentBy}): SentConversationMessage }
type SentConversationMessage { id: ID }
${switches.messagesShape === 'list' ? '' : connection('ConversationMessage', switches)}
${hasConnection(switches) ? connection('Conversation', switches) : ''}`;
}

function workspaceTypes(switches: LavandaSwitches): string {
  if (!switches.workspacesQuery) return '';
  return `
enum Status { ACTIVE CHURNED }
input WorkspaceFilters { name: TextFilter, slug: TextFilter, status: StatusFilter }
input StatusFilter { eq: Status, in: [Status!] }
type Workspace {
  id: String!
  name: String!
  slug: String!
  status: Status!
  demo: Boolean!
  logoUrl: String
  externalBrandUuid: String
  crmNamespace: CrmNamespace
  createdAt: ISO8601DateTime
  updatedAt: ISO8601DateTime!
}
type CrmNamespace { id: ID }
${connection('Workspace', switches)}`;
}

const sharedTypes = `
scalar Date
scalar ISO8601DateTime
input IdFilter { eq: ID, in: [ID!] }
input TextFilter { eq: String, contains: String }
type PageInfo { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
type User { id: ID, email: String }`;

function oneArgument(gen1Name: string, dialect: LavandaSwitches['dialect']): string {
  return { gen1: `${gen1Name}: ID`, gen2: 'id: ID!', both: `${gen1Name}: ID, id: ID` }[dialect];
}

function conversationFields(switches: LavandaSwitches): string {
  const plural = hasConnection(switches)
    ? `conversations(${paging}): ConversationConnection`
    : 'conversations: [Conversation]';
  const typed = {
    converation: 'converation: Conversation',
    conversation: 'conversation: Conversation',
    conversations: plural,
  };
  return switches.conversationField === 'all' ? Object.values(typed).join('\n  ') : typed[switches.conversationField];
}

function hasConnection({ conversationField, conversationsShape }: LavandaSwitches): boolean {
  return conversationsShape === 'connection' && (conversationField === 'conversations' || conversationField === 'all');
}

function connection(name: string, switches: LavandaSwitches): string {
  const edge = switches.connectionParts === 'nodes' ? '' : `type ${name}Edge { cursor: String, node: ${name} }`;
  return `${edge}\ntype ${name}Connection { ${connectionFields(name, switches)} }`;
}

function connectionFields(name: string, { connectionParts }: LavandaSwitches): string {
  const edges = connectionParts === 'nodes' ? '' : `edges: [${name}Edge]`;
  const nodes = connectionParts === 'edges' ? '' : `nodes: [${name}]`;
  return `${edges} ${nodes} pageInfo: PageInfo totalCount: Int`;
}
