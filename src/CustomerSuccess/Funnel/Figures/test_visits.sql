-- What customers marked as test visited in the window: few rows, taken off the figures when they are read, because the mark may be set or taken away later.
select (occurred_at at time zone 'utc')::date as day, coalesce('~v:' || visitor_id, '~p:' || person_id, subject) as visitor, properties @> '{"bot": true}' as bot,
  visit_page(url) as page, visit_origin(url, referrer, utm_source, utm_medium, utm_campaign, properties) as origin, count(*) as visits
from attributed
where customer_id = any(@test) and type = 'page_view' and occurred_at >= @start and occurred_at < @end
group by 1, 2, 3, 4, 5
