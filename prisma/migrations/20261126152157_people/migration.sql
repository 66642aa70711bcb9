-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "keep_days" INTEGER;

-- AlterTable
ALTER TABLE "account" ADD COLUMN     "erases" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "participant" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "erasure" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "participant_id" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "conversations" INTEGER NOT NULL,
    "messages" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_key" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "erasure_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tombstone" (
    "tenant_id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "tombstone_pkey" PRIMARY KEY ("tenant_id","digest")
);

-- CreateIndex
CREATE UNIQUE INDEX "erasure_tenant_id_participant_id_key" ON "erasure"("tenant_id", "participant_id");

-- CreateIndex
CREATE INDEX "erasure_key_tenant_id_idx" ON "erasure_key"("tenant_id");

-- CreateIndex
CREATE INDEX "conversation_participant_id_idx" ON "conversation"("participant_id");

-- AddForeignKey
ALTER TABLE "erasure" ADD CONSTRAINT "erasure_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erasure_key" ADD CONSTRAINT "erasure_key_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tombstone" ADD CONSTRAINT "tombstone_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
