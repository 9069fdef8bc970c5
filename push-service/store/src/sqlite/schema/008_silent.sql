-- 1 when neither the beginning nor the end of a request wakes anybody.
ALTER TABLE requests ADD COLUMN silent INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1));
