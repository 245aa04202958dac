#!/usr/bin/env bash
# The commands of the early access program, as they were called then: forwards them to ./cs.
#   tools/customer-tracking.sh add-customer EMAIL ORG GITHUB COHORT INDUSTRY TEAM_SIZE
#   tools/customer-tracking.sh update-onboarding CUSTOMER STEP true|false
#   tools/customer-tracking.sh record-engagement CUSTOMER TAGGED GENERATED MERGED REJECTED SUPPORT
#   tools/customer-tracking.sh onboarding-report | engagement-report [DAYS] | export-data
# They work on the database. With CUSTOMER_TRACKING_DIR set they work on the CSV files of that folder, as they used to.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

case ${1:-} in
  add-customer | update-onboarding | record-engagement | onboarding-report | engagement-report | export-data | block | unblock | health) ;;
  '' | help | -h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  *)
    echo "There is no tracking command '$1'. Known: add-customer, update-onboarding, record-engagement, onboarding-report, engagement-report, export-data, block, unblock, health." >&2
    exit 2
    ;;
esac

if [ -n "${CUSTOMER_TRACKING_DIR:-}" ]; then set -- "$@" --data-dir "$CUSTOMER_TRACKING_DIR"; fi
exec "$root/cs" "$@"
