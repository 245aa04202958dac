-- A message by its id alone: the address of its page names no customer.
-- Locks: messages and mailbox against writes while the indexes are built.
create index messages_by_id on messages (message_id);
create index mailbox_by_id on mailbox (message_id, at desc);
-- The last messages through one channel.
create index messages_by_channel on messages (channel, created_at desc, message_id desc);
