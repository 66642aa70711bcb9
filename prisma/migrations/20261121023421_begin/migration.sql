-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "tenant" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "epoch" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "identity" TEXT,
    "state" TEXT NOT NULL,
    "credentials" BYTEA NOT NULL,
    "memory" BYTEA,
    "memory_owner" TEXT,
    "memory_until" TIMESTAMPTZ(3),
    "live_from" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,
    "disconnected_at" TIMESTAMPTZ(3),
    "last_pulled_at" TIMESTAMPTZ(3),
    "last_error" JSONB,
    "pull_checkpoint" JSONB,
    "pull_receipt" JSONB,
    "sweep_checkpoint" JSONB,
    "sweep_started_at" TIMESTAMPTZ(3),
    "swept_at" TIMESTAMPTZ(3),
    "imported_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "lease_fence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "participant" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,

    CONSTRAINT "participant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "address" JSONB NOT NULL,
    "status" TEXT,
    "confirmation_code" TEXT,
    "check_in" DATE,
    "check_out" DATE,
    "guests_count" INTEGER,
    "property_name" TEXT,
    "property_external_id" TEXT,
    "raw" JSONB NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "booking_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lead" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "address" JSONB NOT NULL,
    "status" TEXT,
    "reference" TEXT,
    "check_in" DATE,
    "check_out" DATE,
    "guests_count" INTEGER,
    "contact_name" TEXT,
    "contact_email" TEXT,
    "property_name" TEXT,
    "raw" JSONB NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "external_id" TEXT,
    "address" JSONB NOT NULL,
    "participant_id" TEXT,
    "booking_id" TEXT,
    "lead_id" TEXT,
    "channel" TEXT,
    "subject" TEXT,
    "no_reply_needed" BOOLEAN,
    "closed_at" TIMESTAMPTZ(3),
    "facts" JSONB,
    "raw" JSONB,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "last_message_id" TEXT,
    "last_message_at" TIMESTAMPTZ(3),
    "order_at" TIMESTAMPTZ(3) NOT NULL,
    "unread_count" INTEGER NOT NULL DEFAULT 0,
    "urgent" BOOLEAN NOT NULL DEFAULT false,
    "messages_read_at" TIMESTAMPTZ(3),
    "complete_id" TEXT,
    "complete_at" TIMESTAMPTZ(3),
    "history_complete" BOOLEAN NOT NULL DEFAULT false,
    "history_cursor" TEXT,
    "stale_since" TIMESTAMPTZ(3),

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "conversation_id" TEXT NOT NULL,
    "external_id" TEXT,
    "body" TEXT,
    "automated" BOOLEAN,
    "channel" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "order_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_by" TEXT,
    "kind" TEXT,
    "read_upstream" BOOLEAN,
    "read_local" BOOLEAN,
    "urgent_upstream" BOOLEAN,
    "urgent_local" BOOLEAN,
    "priority_upstream" DOUBLE PRECISION,
    "priority_local" DOUBLE PRECISION,
    "snooze_upstream" TIMESTAMPTZ(3),
    "snooze_local" TIMESTAMPTZ(3),
    "backfilled" BOOLEAN NOT NULL,
    "removed_at" TIMESTAMPTZ(3),
    "raw" JSONB,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attachment" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "conversation_id" TEXT NOT NULL,
    "message_id" TEXT,
    "external_id" TEXT,
    "name" TEXT,
    "content_type" TEXT,
    "size" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "message_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "conversation_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "evidence" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "give_up_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts_made" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "resent" BOOLEAN NOT NULL DEFAULT false,
    "absences" INTEGER NOT NULL DEFAULT 0,
    "absent_since" TIMESTAMPTZ(3),
    "needs_attention" BOOLEAN NOT NULL DEFAULT false,
    "error" JSONB,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "lease_fence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("message_id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "tenant_id" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "error" JSONB,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("message_id","number")
);

-- CreateTable
CREATE TABLE "parked_message" (
    "account_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "conversation_id" TEXT NOT NULL,
    "message" JSONB NOT NULL,
    "parked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "parked_message_pkey" PRIMARY KEY ("account_id","external_id")
);

-- CreateTable
CREATE TABLE "unreadable_item" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "raw" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unreadable_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "tenant_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "conversation_id" TEXT,
    "message_id" TEXT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("tenant_id","seq")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "account_id" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("account_id","delivery_id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "tenant_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "message_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("tenant_id","actor","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenant_name_key" ON "tenant"("name");

-- CreateIndex
CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

-- CreateIndex
CREATE INDEX "token_tenant_id_idx" ON "token"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "account_tenant_id_id_key" ON "account"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "account_provider_identity_key" ON "account"("provider", "identity");

-- CreateIndex
CREATE UNIQUE INDEX "participant_tenant_id_id_key" ON "participant"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "participant_account_id_external_id_key" ON "participant"("account_id", "external_id");

-- CreateIndex
CREATE INDEX "booking_tenant_id_external_id_idx" ON "booking"("tenant_id", "external_id");

-- CreateIndex
CREATE INDEX "booking_tenant_id_property_external_id_idx" ON "booking"("tenant_id", "property_external_id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_tenant_id_id_key" ON "booking"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_account_id_external_id_key" ON "booking"("account_id", "external_id");

-- CreateIndex
CREATE INDEX "lead_tenant_id_external_id_idx" ON "lead"("tenant_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "lead_tenant_id_id_key" ON "lead"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "lead_account_id_external_id_key" ON "lead"("account_id", "external_id");

-- CreateIndex
CREATE INDEX "conversation_tenant_id_order_at_id_idx" ON "conversation"("tenant_id", "order_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "conversation_booking_id_idx" ON "conversation"("booking_id");

-- CreateIndex
CREATE INDEX "conversation_lead_id_idx" ON "conversation"("lead_id");

-- CreateIndex
CREATE UNIQUE INDEX "conversation_tenant_id_id_key" ON "conversation"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "conversation_account_id_external_id_key" ON "conversation"("account_id", "external_id");

-- CreateIndex
CREATE INDEX "message_conversation_id_order_at_id_idx" ON "message"("conversation_id", "order_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "message_tenant_id_id_key" ON "message"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "message_account_id_external_id_key" ON "message"("account_id", "external_id");

-- CreateIndex
CREATE INDEX "attachment_conversation_id_idx" ON "attachment"("conversation_id");

-- CreateIndex
CREATE UNIQUE INDEX "attachment_tenant_id_id_key" ON "attachment"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "attachment_message_id_external_id_key" ON "attachment"("message_id", "external_id");

-- CreateIndex
CREATE INDEX "outbox_conversation_id_created_at_idx" ON "outbox"("conversation_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_tenant_id_message_id_key" ON "outbox"("tenant_id", "message_id");

-- CreateIndex
CREATE INDEX "parked_message_conversation_id_idx" ON "parked_message"("conversation_id");

-- CreateIndex
CREATE INDEX "unreadable_item_account_id_at_idx" ON "unreadable_item"("account_id", "at");

-- CreateIndex
CREATE INDEX "webhook_delivery_received_at_idx" ON "webhook_delivery"("received_at");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "participant" ADD CONSTRAINT "participant_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lead" ADD CONSTRAINT "lead_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_tenant_id_participant_id_fkey" FOREIGN KEY ("tenant_id", "participant_id") REFERENCES "participant"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_tenant_id_booking_id_fkey" FOREIGN KEY ("tenant_id", "booking_id") REFERENCES "booking"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_tenant_id_lead_id_fkey" FOREIGN KEY ("tenant_id", "lead_id") REFERENCES "lead"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversation"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversation"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_tenant_id_message_id_fkey" FOREIGN KEY ("tenant_id", "message_id") REFERENCES "message"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversation"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_tenant_id_message_id_fkey" FOREIGN KEY ("tenant_id", "message_id") REFERENCES "message"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_tenant_id_message_id_fkey" FOREIGN KEY ("tenant_id", "message_id") REFERENCES "outbox"("tenant_id", "message_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "parked_message" ADD CONSTRAINT "parked_message_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "parked_message" ADD CONSTRAINT "parked_message_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversation"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "unreadable_item" ADD CONSTRAINT "unreadable_item_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_tenant_id_message_id_fkey" FOREIGN KEY ("tenant_id", "message_id") REFERENCES "message"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the datamodel cannot say.

-- The one clock of leases and due times. Tests replace it to move time.
CREATE FUNCTION parley_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT statement_timestamp()';

-- The key is taken before its message is written, so that the second of two equal requests waits for the first.
ALTER TABLE "idempotency_key" ALTER CONSTRAINT "idempotency_key_tenant_id_message_id_fkey" DEFERRABLE INITIALLY DEFERRED;

-- One send of a conversation in flight: what the claim looks for, held to by the database.
CREATE UNIQUE INDEX "outbox_in_flight_key" ON "outbox" ("conversation_id") WHERE "state" IN ('SENDING', 'UNKNOWN');
CREATE INDEX "outbox_waiting_idx" ON "outbox" ("due_at") WHERE "state" IN ('QUEUED', 'SENDING', 'UNKNOWN');

CREATE INDEX "message_unread_idx" ON "message" ("conversation_id")
  WHERE "sent_by" = 'participant' AND "removed_at" IS NULL AND coalesce("read_local", "read_upstream") IS NOT TRUE;
CREATE INDEX "conversation_stale_idx" ON "conversation" ("account_id", "stale_since") WHERE "stale_since" IS NOT NULL;
CREATE INDEX "conversation_unfinished_idx" ON "conversation" ("account_id", "order_at" DESC) WHERE "history_cursor" IS NOT NULL;

ALTER TABLE "account" ADD CONSTRAINT "account_state_check"
  CHECK ("state" IN ('CONNECTING', 'LIVE', 'AUTH_FAILED', 'FAILING', 'DISCONNECTED'));
ALTER TABLE "message" ADD CONSTRAINT "message_sent_by_check" CHECK ("sent_by" IN ('us', 'participant'));
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_state_check"
  CHECK ("state" IN ('QUEUED', 'SENDING', 'ACCEPTED', 'UNKNOWN', 'FAILED', 'CANCELLED'));
ALTER TABLE "event" ADD CONSTRAINT "event_type_check"
  CHECK ("type" IN ('MessageAdded', 'MessageChanged', 'ConversationChanged', 'AccountChanged'));

-- What inboxes are filtered by is rare: these hold the rare rows only.
CREATE INDEX "conversation_urgent_idx" ON "conversation" ("tenant_id", "order_at" DESC, "id" DESC) WHERE "urgent";
CREATE INDEX "conversation_unread_idx" ON "conversation" ("tenant_id", "order_at" DESC, "id" DESC) WHERE "unread_count" > 0;
CREATE INDEX "message_snoozed_idx" ON "message" ("tenant_id", (coalesce("snooze_local", "snooze_upstream")))
  WHERE coalesce("snooze_local", "snooze_upstream") IS NOT NULL;
