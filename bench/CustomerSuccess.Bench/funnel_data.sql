-- $events events of $visitors visitors until $until, in the order of time, as they would have come in. Every fortieth visitor
-- belongs to a customer: what he does signed in is the customer's. Whoever comes once comes again, less and less often.
-- Values in $ are put in by the program. Chance is a hash of the number, so that the data are the same in every run.
insert into events (subject, source, id, type, occurred_at, received_at, customer_id, visitor_id, session_id, url, referrer, utm_source, utm_medium, utm_campaign, properties, history)
select
  case when signed_in then customer else '~v:' || visitor end, case when signed_in then 'native' else 'tracker' end,
  md5('e' || i), type, at, at + interval '1 second', case when signed_in then customer end, case when not signed_in then visitor end,
  case when not signed_in then visitor || '-' || i / 400000 end,
  case when page then 'https://example.com' || (array['/', '/pricing', '/docs', '/docs/start', '/blog/launch', '/', '/docs/api', '/changelog'])[1 + (chance >> 4 & 7)] end,
  case when page and v % 3 = 0 then (array['https://www.google.com/', 'https://news.ycombinator.com/', 'https://chatgpt.com/', 'https://github.com/'])[1 + v / 3 % 4] end,
  case when page and v % 5 = 0 then (array['google', 'newsletter', 'linkedin', 'partner'])[1 + v / 5 % 4] end,
  case when page and v % 5 = 0 then (array['cpc', 'email', 'social', 'referral'])[1 + v / 5 % 4] end,
  case when page and v % 5 = 0 then 'autumn' end,
  case when type = 'api_call' then '{"status": 200}'::jsonb when type = 'button_click' then jsonb_build_object('button', 'b' || (chance & 7)) when chance & 511 = 7 then '{"bot": true}' else '{}' end,
  false
from (
  select i, v, chance, substr(md5('v' || v), 1, 20) as visitor, 'f' || lpad((v / 40)::text, 6, '0') as customer, at, type,
    type = 'page_view' as page, type not in ('page_view', 'pricing_viewed', 'button_click', 'trial_started', 'docs_search', 'video_played') as signed_in
  from (
    select i, v, chance, $until::timestamptz - ($events - i) * (interval '$days days' / $events) as at,
      case when v % 40 = 0 then (array['page_view', 'page_view', 'page_view', 'pricing_viewed', 'signup', 'api_key_created', 'api_call', 'api_call', 'api_call', 'api_call', 'api_call', 'docs_search', 'pr_merged', 'page_view', 'button_click', 'api_call'])[1 + (chance >> 20 & 15)]
        when chance >> 20 & 127 < 105 then 'page_view' when chance >> 20 & 127 < 114 then 'button_click' when chance >> 20 & 127 < 119 then 'docs_search'
        when chance >> 20 & 127 < 123 then 'pricing_viewed' when chance >> 20 & 127 < 125 then 'trial_started' else 'video_played' end as type
    from (
      select i, hashint8extended(i, 3) as chance,
        greatest(0, i * $visitors / $events - ($visitors / 6 * power((hashint8extended(i, 1) & 65535) / 65536.0::float8, 4))::bigint) as v
      from generate_series(1::bigint, $events) i
    ) who
  ) what
) row
