-- 1 while a process has it open: its newest changes may then stand in the log beside it, and without that log it is not
-- whole.
ALTER TABLE meta ADD COLUMN in_use INTEGER NOT NULL DEFAULT 0 CHECK (in_use IN (0, 1));
