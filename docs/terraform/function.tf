resource "tencentcloud_scf_function" "cosbatch" {
  name        = "cosbatch"
  description = "Creates COS batch jobs from uploaded manifests, exactly once"
  func_type   = "Event"
  runtime     = "Python3.10"
  handler     = "handler.main_handler"
  zip_file    = var.package
  role        = tencentcloud_cam_role.function.name

  # Seconds and megabytes, as in serverless.yml.
  timeout           = 60
  mem_size          = 256
  enable_public_net = true

  cls_logset_id = tencentcloud_cls_logset.cosbatch.id
  cls_topic_id  = tencentcloud_cls_topic.cosbatch.id

  environment = merge({
    COSBATCH_UIN            = var.uin
    COSBATCH_REGION         = var.region
    COSBATCH_MANIFEST_CHECK = "head"
    COSBATCH_LOG_LEVEL      = "INFO"
    }, var.http_tokens == "" ? {} : {
    COSBATCH_HTTP_AUTH   = "bearer"
    COSBATCH_HTTP_TOKENS = var.http_tokens
  })

  # The provider opens each trigger, and adds region and domain to the bucket's name by itself (its resource's code).
  dynamic "triggers" {
    for_each = var.uploads
    content {
      type       = "cos"
      name       = var.manifest_bucket
      cos_region = var.region
      trigger_desc = jsonencode({
        event  = "cos:ObjectCreated:*"
        filter = { Prefix = triggers.value.prefix, Suffix = triggers.value.suffix }
      })
    }
  }

  # The Function URL. The platform lets everyone through; the function itself turns away who has no known token.
  dynamic "triggers" {
    for_each = var.http_tokens == "" ? [] : [true]
    content {
      type = "http"
      name = "url-trigger"
      trigger_desc = jsonencode({
        AuthType  = "NONE"
        NetConfig = { EnableExtranet = true, EnableIntranet = false }
      })
    }
  }

  # A role without its rights would fail the first uploads.
  depends_on = [tencentcloud_cam_role_policy_attachment.function, tencentcloud_cam_role_policy_attachment.job]
}

# What the platform does with an upload that failed. The provider knows no dead-letter queue: set it in the console.
resource "tencentcloud_scf_function_event_invoke_config" "cosbatch" {
  function_name = tencentcloud_scf_function.cosbatch.name
  namespace     = "default"

  async_trigger_config {
    msg_ttl = var.keep_seconds

    retry_config {
      retry_num = var.retries
    }
  }
}
