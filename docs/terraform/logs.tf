resource "tencentcloud_cls_logset" "cosbatch" {
  logset_name = "cosbatch"
}

resource "tencentcloud_cls_topic" "cosbatch" {
  topic_name = "cosbatch"
  logset_id  = tencentcloud_cls_logset.cosbatch.id
  period     = 90
}

locals {
  # The fields of the function's log, and those of the platform that the searches name.
  fields = {
    level            = "text"
    message          = "text"
    request_id       = "text"
    trigger          = "text"
    action           = "text"
    profile          = "text"
    manifest         = "text"
    job_id           = "text"
    outcome          = "text"
    code             = "text"
    attempts         = "long"
    duration_ms      = "long"
    cos_request_id   = "text"
    traceback        = "text"
    SCF_RequestId    = "text"
    SCF_Type         = "text"
    SCF_StatusCode   = "long"
    SCF_RetryNum     = "long"
    SCF_Duration     = "long"
    SCF_MemUsage     = "double"
    SCF_Message      = "text"
    SCF_Level        = "text"
    SCF_Qualifier    = "text"
    SCF_Alias        = "text"
    SCF_Namespace    = "text"
    SCF_LogTime      = "long"
    SCF_StartTime    = "long"
    SCF_FunctionName = "text"
  }
  separators = "@&?|#()='\",;:<>[]{}/ \n\t\r\\"
}

resource "tencentcloud_cls_index" "cosbatch" {
  topic_id = tencentcloud_cls_topic.cosbatch.id
  status   = true

  rule {
    full_text {
      case_sensitive = true
      contain_z_h    = true
      tokenizer      = local.separators
    }

    key_value {
      case_sensitive = true

      dynamic "key_values" {
        for_each = local.fields
        content {
          key = key_values.key
          value {
            type        = key_values.value
            sql_flag    = true
            contain_z_h = key_values.value == "text"
            tokenizer   = key_values.value == "text" ? local.separators : null
          }
        }
      }
    }
  }
}
