-- What may have happened to what is in memory: the past was changed, the table grew by more than what came lately, links or customers changed.
select (select count(*) from past_changes) as changes,
  pg_relation_size('events') / current_setting('block_size')::bigint as blocks,
  (select count(*) from events where received_at >= $1
    and type in ('identity_linked', 'identity_unlinked', 'customer_created', 'customer_updated')) as links
