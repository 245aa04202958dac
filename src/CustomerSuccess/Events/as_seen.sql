linked as (
  select identity, customer_id from identities where identity in (select subject from stored where customer_id is null) and customer_id is not null
),
-- As customers see it: what a linked visitor, person or group does is done by the customer.
new as (
  select s.subject, s.source, s.id, s.type, s.occurred_at, s.received_at, coalesce(s.customer_id, l.customer_id) as customer_id,
    s.group_id, s.person_id, s.visitor_id, s.session_id, s.url, s.referrer, s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content,
    s.properties, s.history, s.actor
  from stored s left join linked l on s.customer_id is null and l.identity = s.subject
)
