/** A ready tab of the GraphiQL page. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** The main operations, to be tried as they are; only the sending ones need an id from the first. */
export const tabs: readonly Tab[] = [
  {
    query: `# The inbox: all conversations of all accounts, the newest first.
query Inbox {
  eventCursor
  conversations(first: 10) {
    nodes {
      id
      account { title }
      participant { name }
      channel
      subject
      unreadCount
      lastMessageAt
      lastMessage { sentBy body }
    }
    pageInfo { hasNextPage endCursor }
    sources { account { title } state observedAt }
  }
}
`,
  },
  {
    query: `# One conversation. Copy an id from the inbox into the variables below.
query OpenConversation($id: ID!) {
  conversation(id: $id) {
    participant { name email }
    capabilities {
      reply { allowed until blockedBy }
      attach { allowed types maxBytes }
      markRead { mode }
      noReplyNeeded { mode }
    }
    booking { externalId status checkIn checkOut propertyName }
    messages(first: 20) {
      nodes { id sentAt sentBy channel read body delivery { state } attachments { name contentType size url } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    variables: '{ "id": "cnv_…" }',
  },
  {
    query: `# Send a message. It is answered as soon as it is safely stored; the delivery goes on behind.
mutation Send($conversationId: ID!, $body: String!) {
  sendMessage(input: { conversationId: $conversationId, body: $body }) {
    message { id delivery { state } }
    errors { code message path }
    idempotencyKey
    cursor
  }
}
`,
    variables: '{ "conversationId": "cnv_…", "body": "Hello, the keys are in the box beside the door." }',
  },
  {
    query: `# Live: new messages from either side, over a websocket. Run it and wait.
# To resume after a break, give the last cursor you saw: messageAdded(after: "…").
subscription Live {
  messageAdded {
    cursor
    message { id sentAt sentBy body attachments { name url } }
    conversation { id account { title } participant { name } unreadCount }
  }
}
`,
  },
  {
    query: `# Connect an account. \`providers { id credentialFields { name required } }\` says what each needs.
mutation Connect($input: ConnectAccountInput!) {
  connectAccount(input: $input) {
    account { id title state sync { phase conversations messages } }
    errors { code message path }
  }
}
`,
    variables: `{
  "input": {
    "provider": "<an id of providers>",
    "title": "My estate",
    "credentials": { "clientId": "…", "clientSecret": "…" }
  }
}`,
  },
  {
    query: `# Bookings with their conversations.
query Bookings {
  bookings {
    search(first: 10) {
      nodes {
        externalId
        status
        checkIn
        checkOut
        propertyName
        conversation { id participant { name } lastMessage { body } }
      }
    }
  }
}
`,
  },
  {
    query: `# What happened, page by page: give the endCursor as \`after\` to go on.
query Events($after: EventCursor) {
  events(after: $after, first: 20) {
    nodes {
      __typename
      cursor
      ... on MessageAdded { message { id sentBy body } }
      ... on MessageChanged { message { id delivery { state } } }
      ... on ConversationChanged { conversation { id unreadCount } }
      ... on AccountChanged { account { id state } }
    }
    endCursor
    hasMore
  }
}
`,
  },
];
