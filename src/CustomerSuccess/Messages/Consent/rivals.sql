-- Planned messages to the same address that are due now, too, and go first: more important, or as important and older. Those whose
-- recipient does not want them or whose customer is gone compete for nothing, and neither do those that have their place already.
select m.message_id, m.customer_id, m.kind, m.topic, m.priority
from messages m left join customers c on c.customer_id = m.customer_id
where lower(m.to_email) = lower(@email) and m.state = 'queued' and m.audience = 'customer' and m.message_id <> @id
  and m.not_before <= now() + interval '1 minute'
  and (m.priority > @priority or m.priority = @priority and m.message_id < @id)
  and coalesce((select t.pace from topics t where t.topic = m.topic), 'planned') = 'planned'
  and (c.customer_id is null or c.status <> 'churned' and not c.is_test and c.archived_at is null)
  and coalesce(
    (select p.wanted from preferences p where p.customer_id = m.customer_id and p.email = @plain and p.topic = m.topic),
    (select p.wanted from preferences p where p.customer_id = m.customer_id and p.email = @plain and p.topic = @everything), true)
order by m.priority desc, m.message_id limit @MostRivals
