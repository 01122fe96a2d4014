-- Look-ups for every row that guard nothing (docs/decisions/0023-two-foreign-keys-less.md).

-- A small blob and its chunk are written by one statement, and so they go.
alter table blob_chunks drop constraint blob_chunks_blob_id_fkey;

-- Recipients are written with their message, and the message goes when its last recipient has gone.
alter table queue_recipients drop constraint queue_recipients_message_id_fkey;
