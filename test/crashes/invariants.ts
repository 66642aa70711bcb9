/*
 * What holds in the database at rest, whatever died before: each statement finds rows that should not be there.
 */

const statements: Readonly<Record<string, string>> = {
  'feed numbers are not dense': `
    SELECT t.id FROM tenant t LEFT JOIN event e ON e.tenant_id = t.id GROUP BY t.id
    HAVING count(e.seq) <> t.seq OR coalesce(min(e.seq), 1) <> 1 OR coalesce(max(e.seq), 0) <> t.seq`,
  'messages are not announced once': `
    SELECT m.id, m.body, count(e.seq) FROM message m LEFT JOIN event e ON e.message_id = m.id AND e.type = 'MessageAdded'
    GROUP BY m.id HAVING count(e.seq) <> CASE WHEN m.backfilled THEN 0 ELSE 1 END`,
  'events tell of what is not there': `
    SELECT e.seq, e.type FROM event e LEFT JOIN account a ON a.id = e.account_id
      LEFT JOIN conversation c ON c.id = e.conversation_id LEFT JOIN message m ON m.id = e.message_id
    WHERE a.id IS NULL OR (e.conversation_id IS NOT NULL AND c.id IS NULL) OR (e.message_id IS NOT NULL AND m.id IS NULL)`,
  'sends are undecided': `SELECT message_id, state FROM outbox WHERE state IN ('QUEUED', 'SENDING', 'UNKNOWN')`,
  'decided sends are held by somebody': `
    SELECT message_id, state FROM outbox WHERE state NOT IN ('SENDING', 'UNKNOWN') AND lease_owner IS NOT NULL`,
  'attempts are missing, or too many': `
    SELECT o.message_id, o.attempts_made FROM outbox o LEFT JOIN attempt a ON a.message_id = o.message_id GROUP BY o.message_id
    HAVING count(a.number) <> o.attempts_made OR coalesce(max(a.number), 0) <> o.attempts_made`,
  'attempts have no end': `SELECT message_id, number FROM attempt WHERE outcome IS NULL OR ended_at IS NULL`,
  'accepted sends have no id': `
    SELECT o.message_id FROM outbox o JOIN message m ON m.id = o.message_id
    WHERE o.state = 'ACCEPTED' AND o.evidence <> 'ASSUMED' AND m.external_id IS NULL`,
  'our messages have nobody to send them': `
    SELECT m.id FROM message m LEFT JOIN outbox o ON o.message_id = m.id
    WHERE m.sent_by = 'us' AND m.external_id IS NULL AND o.message_id IS NULL`,
  'messages are parked': 'SELECT external_id FROM parked_message',
  'what conversations say of their messages is wrong': `
    SELECT c.id FROM conversation c
      LEFT JOIN LATERAL (SELECT m.id FROM message m WHERE m.conversation_id = c.id AND m.removed_at IS NULL
        ORDER BY m.order_at DESC, m.id DESC LIMIT 1) last ON true
      CROSS JOIN LATERAL (SELECT count(*) AS stored, count(*) FILTER (WHERE m.sent_by = 'participant' AND m.removed_at IS NULL
        AND coalesce(m.read_local, m.read_upstream) IS NOT TRUE) AS unread FROM message m WHERE m.conversation_id = c.id) counts
    WHERE c.last_message_id IS DISTINCT FROM last.id OR c.unread_count <> counts.unread OR c.stored_count <> counts.stored`,
  'accounts are neither connected nor gone': `SELECT id FROM account WHERE state = 'CONNECTING'`,
  'receipts are open': 'SELECT id, pull_receipt FROM account WHERE pull_receipt IS NOT NULL',
  'walks have not ended': 'SELECT id FROM account WHERE sweep_started_at IS NOT NULL OR sweep_since IS NOT NULL',
  'memories are held longer than they may be': `
    SELECT id FROM account WHERE memory_until > parley_now() + interval '2 seconds'`,
};

/** What does not hold, with the rows that show it. */
export async function broken(
  query: (sql: string) => Promise<readonly object[]>,
): Promise<Readonly<Record<string, readonly object[]>>> {
  const found: Record<string, readonly object[]> = {};
  for (const [what, sql] of Object.entries(statements)) {
    const rows = await query(sql);
    if (rows.length > 0) found[what] = rows;
  }
  return found;
}
