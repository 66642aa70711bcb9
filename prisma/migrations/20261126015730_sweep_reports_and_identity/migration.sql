-- AlterTable
ALTER TABLE "account" ADD COLUMN     "last_sweep" JSONB,
ADD COLUMN     "sweep_read" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "sweep_repaired" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "sweep_since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "lost_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "stored_count" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "database_identity" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "parts" JSONB NOT NULL,

    CONSTRAINT "database_identity_pkey" PRIMARY KEY ("id")
);

-- What Prisma cannot say.
ALTER TABLE "database_identity" ADD CONSTRAINT "database_identity_one_check" CHECK ("id" = 1);
CREATE INDEX "conversation_lost_idx" ON "conversation" ("account_id") WHERE "lost_count" > 0;
-- For accounts with thousands of sends that wait: whose turn it is, and whether another of the conversation comes before.
CREATE INDEX "outbox_queued_idx" ON "outbox" ("account_id", "due_at", "message_id") WHERE "state" = 'QUEUED';
CREATE INDEX "outbox_open_idx" ON "outbox" ("conversation_id", "created_at", "message_id")
  WHERE "state" IN ('QUEUED', 'SENDING', 'UNKNOWN');

UPDATE "conversation" c SET "stored_count" = stored.count
FROM (SELECT "conversation_id" AS id, count(*)::int AS count FROM "message" GROUP BY 1) stored WHERE c."id" = stored.id;
