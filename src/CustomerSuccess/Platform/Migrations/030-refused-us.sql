-- Whether the last thing a channel said was that it knows us no longer: messages then go to the next channel, as each one refused would.
-- Locks: channels (a few rows); messages against writes while the index is built.
alter table channels add column refused_us boolean not null default false;
-- Whether anything is due is asked twice a second in every process, whatever else waits.
create index messages_next on messages (line, not_before) where state = 'queued';
