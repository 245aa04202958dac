-- Whether the table is the one that was read: its file, and the rows that lay at one place of it then. A database that was restored from a
-- backup, or taken back in time, does not have the latest of them there.
select coalesce(pg_relation_filenode('events'), 0)::bigint as file, count(*) as rows, coalesce(sum(hashtextextended(id, 0)), 0)::text as ids
from events
where ctid >= $1 and ctid < $2 and received_at < $3
