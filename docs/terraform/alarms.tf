# The searches of docs/operating.md that somebody should be told of: how many lines in so many minutes are too many.
locals {
  alarms = {
    "misconfigured" = { search = "code:ConfigurationError", minutes = 5, more_than = 0 }
    "a-bug"         = { search = "level:ERROR", minutes = 5, more_than = 0 }
    "no-rights"     = { search = "code:(AccessDenied OR InvalidAccessKeyId OR SignatureDoesNotMatch OR ExpiredToken)", minutes = 15, more_than = 0 }
    "refused-lists" = { search = "trigger:cos AND outcome:failed AND code:(InvalidManifest OR InvalidRequest OR InvalidEvent OR Forbidden OR IdempotencyMismatch)", minutes = 15, more_than = 0 }
    "unreachable"   = { search = "code:(UpstreamUnreachable OR UpstreamTimeout OR UpstreamTLS OR UnexpectedResponse OR ServiceUnavailable OR SlowDown)", minutes = 15, more_than = 5 }
    "too-many-jobs" = { search = "code:TooManyJobs", minutes = 15, more_than = 0 }
    "unresolved"    = { search = "code:DuplicateUnresolved", minutes = 15, more_than = 2 }
    "lost-lists"    = { search = "trigger:cos AND code:(NoSuchKey OR NoSuchVersion OR PreconditionFailed)", minutes = 15, more_than = 2 }
    "to-confirm"    = { search = "message:LimitNotChecked", minutes = 60, more_than = 0 }
    "no-receipts"   = { search = "message:\"receipt was not written\"", minutes = 60, more_than = 0 }
    "invocations"   = { search = "SCF_StatusCode:>=400", minutes = 15, more_than = 2 }
  }
}

resource "tencentcloud_cls_alarm" "cosbatch" {
  for_each = length(var.notices) == 0 ? {} : local.alarms

  name             = "cosbatch-${each.key}"
  alarm_notice_ids = var.notices
  alarm_period     = 60
  trigger_count    = 1
  condition        = "$1.lines > ${each.value.more_than}"
  status           = true

  alarm_targets {
    logset_id         = tencentcloud_cls_logset.cosbatch.id
    topic_id          = tencentcloud_cls_topic.cosbatch.id
    number            = 1
    query             = "${each.value.search} | select count(*) as lines"
    syntax_rule       = 1
    start_time_offset = -each.value.minutes
    end_time_offset   = 0
  }

  monitor_time {
    type = "Period"
    time = 5
  }

  depends_on = [tencentcloud_cls_index.cosbatch]
}
