-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "assignee" JSONB,
ADD COLUMN     "read_up_to" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "budget" (
    "provider" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "resets_at" TIMESTAMPTZ(3) NOT NULL,
    "used" INTEGER NOT NULL,
    "allowed" INTEGER NOT NULL,

    CONSTRAINT "budget_pkey" PRIMARY KEY ("provider","key")
);
