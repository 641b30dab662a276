"""For every Code that can come back: what is behind it, and how to fix it, in English and in Chinese."""

from __future__ import annotations

from cosbatch.model.errors import CosbatchError, ServiceError

# Our own Codes, then the service's (436/38610, 436/7730), each list by name. Where a Code means something else in the
# result of one action, that stands beside it.
ENGLISH = {
    "BrokenState": "What `cosbatch build` kept of an interrupted listing cannot be read. Remove the .state and .part "
    "files beside the manifest and run it again: it lists from the beginning.",
    "CannotPack": "A program that `cosbatch package` needs has failed; Message has its own words. Where pip found no version, "
    "it did not reach the package index, or that lacks the release: look at PIP_INDEX_URL and HTTPS_PROXY, and try again.",
    "ConfigurationError": "Variables or profiles are wrong: fix what is listed. In a shell, `export NAME=value` sets a "
    "variable, and `cosbatch init` asks for what is needed and writes profiles.json and cosbatch.env, to be read with "
    "`. ./cosbatch.env`. A function is to be deployed again. `cosbatch doctor` checks both.",
    "DuplicateUnresolved": "The token was used before and its job cannot be seen. Where Message tells what ListJobs is "
    "answered by, mend that. Send the same call with the same token again in a minute. A job that was deleted from the "
    "listing, or is older than its 90 days, is never found: only where you are sure of that, make another one by a new "
    "token, on the command line by --again; for an upload, upload the list again.",
    "Forbidden": "The configuration does not let this caller ask for that. Ask for less, or have the policy, the "
    "profile or the caller's token widened.",
    "IdempotencyMismatch": "The same token stands for one job only, and a PlanDigest for one plan only. Take a new "
    "token for a new job; make the plan again where something has changed.",
    "InternalError": "A fault on this side or the service's. With a RequestId of COS, try again later; without one, "
    "the function's log or the command's --verbose has the traceback.",
    "InvalidEvent": "The event or body cannot be read. docs/calls.md shows calls, directly, over HTTP and by timers, and "
    "`cosbatch demo` the event of an upload; its record must name one object by key, url, bucket and appid alike. Of a "
    "dead letter, take the event out of Body.ClientContext: docs/operating.md#dead-letters.",
    "InvalidManifest": "The list cannot work as it is. Fix what is listed and upload it again; `cosbatch check "
    "FILE` judges it offline.",
    "InvalidRequest": "The call breaks rules of its page: fix what is listed. From the service itself it also "
    "means a repeated token, an empty body, or a status that cannot change so.",
    "MethodNotAllowed": "The route has other methods; the Allow header names them.",
    "NotFound": "There is no such route. POST /jobs creates; GET /jobs lists; GET /jobs/<JobId> describes.",
    "OutputInUse": "Another `cosbatch build` writes the same manifest. Wait for its end, or choose another --output.",
    "PayloadTooLarge": "A call is at most 256 KiB. The list of objects belongs into a manifest in a bucket, not into "
    "the call.",
    "Unauthorized": "Send Authorization: Bearer <token>; the SHA-256 of the token must stand in COSBATCH_HTTP_TOKENS.",
    "UnexpectedResponse": "Something between here and COS answered. Check COSBATCH_ENDPOINT, the region, and proxies "
    "or gateways on the way.",
    "UnsupportedMediaType": "Send the body as JSON, with Content-Type: application/json.",
    "UpstreamTLS": "The certificate of the other side is not the service's. Check COSBATCH_ENDPOINT and proxies that "
    "open TLS.",
    "UpstreamTimeout": "COS did not answer in time. Try again with the same token; if it happens often, "
    "give the function a longer timeout, or on the command line set COSBATCH_TIMEOUT (seconds).",
    "UpstreamUnreachable": "No connection to COS or to the proxy before it. Where --endpoint or COSBATCH_ENDPOINT names an "
    "address, check that, and whether the stand-in still runs there; else the region, on the command line HTTPS_PROXY "
    "and NO_PROXY, and in a VPC the way out to the internet. Then try again, with the same token if there was one.",
    "AccessDenied": "The function's role, or on the command line the owner of the keys, may not do this. Give the role the "
    "rights that `cosbatch policy` prints, the owner of the keys those of `cosbatch policy --commands`, and check that the "
    "batch role trusts cos.cloud.tencent.com.",
    "BadDigest": "The body was changed on its way: Content-MD5 does not fit. Look for a proxy that rewrites bodies.",
    "EntitySizeNotMatch": "The body is not as long as Content-Length says. Look for a proxy that rewrites bodies.",
    "ExpiredToken": "The temporary credentials are over. A function gets new ones for each invocation; elsewhere, ask "
    "for new ones.",
    "IncompleteBody": "The body did not arrive whole. Try again with the same token.",
    "InvalidAccessKeyId": "The SecretId does not exist. Check the execution role, or the key that was set by hand.",
    "InvalidArgument": "A parameter is empty or out of its range; the Message names it. An empty x-cos-appid means "
    "that COSBATCH_APPID is wrong.",
    "InvalidDigest": "Content-MD5 is not a digest. Look for a proxy that rewrites headers.",
    "InvalidObjectState": "An archived object must be restored before it can be read or copied. Run a restore job "
    "first.",
    "InvalidRegionName": "The region does not exist or has no batch jobs. Check COSBATCH_REGION.",
    "InvalidRequest of UpdateJobStatus": "The job's state does not allow that: a job that has ended cannot be "
    "cancelled, and only one that waits for it (Suspended) can be confirmed. `cosbatch describe JOBID` shows its "
    "state.",
    "InvalidURI": "The path cannot be read. Check the JobId or the key.",
    "KmsFreqControl": "The key service limits the pace. Try again later.",
    "MalformedXML": "The service cannot read Manifest, Operation or Report. Compare the document with the page; "
    "`plan` shows the XML.",
    "MissingContentLength": "Something on the way took the Content-Length away. Look for a proxy.",
    "MissingRequestBodyError": "The body did not arrive. Look for a proxy that drops it.",
    "NoSuchBucket": "There is no such bucket in this region. Check its full name, <name>-<appid>, and COSBATCH_REGION.",
    "NoSuchJob": "There is no such job in this region, or it is older than 90 days. `cosbatch jobs` lists them; "
    "--region asks in another region.",
    "NoSuchJob of UpdateJobStatus": "There is no such job in this region, or it has ended. `cosbatch describe JOBID` "
    "shows its state.",
    "NoSuchJob of UpdateJobPriority": "There is no such job in this region, or it has ended: then its priority "
    "decides nothing. `cosbatch describe JOBID` shows its state.",
    "NoSuchKey": "There is no such object, or no such bucket in this region. Check both: the bucket's full name, "
    "<name>-<appid>, and the key; in a row of a list it is percent-encoded, in a call it stands as it is.",
    "NoSuchVersion": "There is no such version of the object. Check ObjectVersionId, or leave it out for the newest.",
    "NotImplemented": "The service does not offer this here. Check the region, and whether the operation is released "
    "for the account.",
    "PathConflict": "A folder and an object have the same name. Rename one of them.",
    "PreconditionFailed": "The object was changed since its ETag was noted, or a since-constraint does not hold. Take "
    "the object as it is now.",
    "Request has expired": "The signature's time is over. Check the clock of the machine that signs.",
    "RequestTimeTooSkewed": "The clock here is more than 15 minutes off the service's. The function fixes its own; a "
    "machine's must be set.",
    "RequestTimeout": "The request took too long to arrive. Try again with the same token.",
    "RestoreAlreadyInProgress": "The object is being restored already. Wait for that; the task need not be done again.",
    "RestoreNonArchiveObject": "The object is not archived, there is nothing to restore. Take its row out of the "
    "manifest.",
    "ServiceUnavailable": "The service cannot do this just now. Try again later, with the same token if there was one.",
    "SignatureDoesNotMatch": "The SecretKey is not that of the SecretId, or the request was changed on its way. Check "
    "the key first, then proxies that change headers; the JSON of this failure shows StringToSign and FormatString as "
    "the service and as we wrote them.",
    "SlowDown": "Too many requests. Wait a minute, or over HTTP as long as Retry-After says, and try again with the same "
    "token.",
    "TooManyJobs": "The quota of jobs is full. Wait until jobs end, or cancel or delete some; nothing was created.",
    "UserNetworkTooSlow": "The request came in too slowly. Try again with the same token.",
    "XMLSizeLimit": "The document is larger than the service reads. Shorten metadata, tags and grants.",
}
_UNKNOWN = (
    "The service gives no documented meaning to this Code; its Message and RequestId are what its support asks for."
)

CHINESE = {
    "BrokenState": "`cosbatch build` 中断时保存的进度无法读取。请删除清单旁的 .state 和 .part 文件后重新运行，"
    "将从头列出对象。",
    "CannotPack": "`cosbatch package` 所需的程序运行失败，Message 中是它的原话。若 pip 找不到版本，则是无法访问软件源，"
    "或其中没有该版本：请检查 PIP_INDEX_URL 和 HTTPS_PROXY 后重试。",
    "ConfigurationError": "环境变量或 profiles 配置有误，请逐项修正。在 shell 中用 `export NAME=value` 设置变量；"
    "`cosbatch init` 会询问所需内容并写入 profiles.json 和 cosbatch.env，用 `. ./cosbatch.env` 读入。函数修正后需重新部署。"
    "可用 `cosbatch doctor` 检查。",
    "DuplicateUnresolved": "该令牌已被使用，但查不到对应任务。若 Message 指出 ListJobs 的失败原因，请先解决。请一分钟后用同一令牌重试。若该任务已从列表中删除，"
    "或超过列表所示的 90 天，则不会再查到：只有确认如此之后，才可更换令牌另建任务，命令行用 --again；"
    "上传触发的任务请重新上传清单。",
    "Forbidden": "当前配置不允许该调用方提出此请求。请缩小请求范围，或放宽 policy、profile 或调用令牌的限制。",
    "IdempotencyMismatch": "同一令牌只对应一个任务，PlanDigest 只对应一份计划。新任务请使用新令牌；"
    "内容有变化时请重新生成计划。",
    "InternalError": "本端或服务内部错误。若带有 COS 的 RequestId，请稍后重试；否则请查看函数日志或命令 --verbose "
    "输出的堆栈。",
    "InvalidEvent": "无法读取事件或请求体。直接调用、HTTP 与定时器的写法见 docs/calls.md，上传事件的示例由 `cosbatch demo` "
    "输出；其记录的 key、url、bucket 与 appid 必须指向同一对象。死信请先从 Body.ClientContext 取出事件，"
    "见 docs/operating.md#dead-letters。",
    "InvalidManifest": "清单内容无法执行。请按所列各项修正后重新上传；可用 `cosbatch check FILE` 离线检查。",
    "InvalidRequest": "请求不符合接口文档的规则，请按所列各项修正。若由服务返回，也可能是令牌重复、"
    "请求体为空或任务状态不允许变更。",
    "MethodNotAllowed": "该路径不支持此方法；Allow 响应头列出了支持的方法。",
    "NotFound": "没有该路径。创建用 POST /jobs，列表用 GET /jobs，查询用 GET /jobs/<JobId>。",
    "OutputInUse": "另一个 `cosbatch build` 正在写入同一清单。请等待其结束，或改用其他 --output。",
    "PayloadTooLarge": "调用体最大 256 KiB。对象列表应放在存储桶的清单文件里，而不是放在请求中。",
    "Unauthorized": "请携带 Authorization: Bearer <token>；该令牌的 SHA-256 必须在 COSBATCH_HTTP_TOKENS 中。",
    "UnexpectedResponse": "应答并非来自 COS。请检查 COSBATCH_ENDPOINT、地域以及中间的代理或网关。",
    "UnsupportedMediaType": "请以 JSON 发送请求体，并设置 Content-Type: application/json。",
    "UpstreamTLS": "对端证书不是该服务的证书。请检查 COSBATCH_ENDPOINT 以及会解密 TLS 的代理。",
    "UpstreamTimeout": "COS 未及时应答。请用同一令牌重试；若经常发生，请加大函数超时时间，"
    "命令行中请加大 COSBATCH_TIMEOUT（秒）。",
    "UpstreamUnreachable": "无法连接 COS 或其前面的代理。若用 --endpoint 或 COSBATCH_ENDPOINT 指定了地址，"
    "请检查该地址以及本地替身是否仍在运行；否则请检查地域、命令行中的 HTTPS_PROXY 与 NO_PROXY，以及 VPC 的外网出口，"
    "然后重试；若曾使用令牌，请仍用同一令牌。",
    "AccessDenied": "函数角色没有权限，命令行中则是密钥所属用户没有权限。请为角色授予 `cosbatch policy` 输出的权限，"
    "为密钥所属用户授予 `cosbatch policy --commands` 输出的权限，并确认批量任务角色信任 cos.cloud.tencent.com。",
    "BadDigest": "请求体在途中被改动，与 Content-MD5 不符。请检查是否有改写请求体的代理。",
    "EntitySizeNotMatch": "请求体长度与 Content-Length 不符。请检查是否有改写请求体的代理。",
    "ExpiredToken": "临时密钥已过期。函数每次调用都会得到新的密钥；其他环境请重新申请。",
    "IncompleteBody": "请求体未完整到达。请用同一令牌重试。",
    "InvalidAccessKeyId": "SecretId 不存在。请检查函数执行角色或手工设置的密钥。",
    "InvalidArgument": "参数为空或超出范围，详见 Message。若提示 x-cos-appid 为空，请检查 COSBATCH_APPID。",
    "InvalidDigest": "Content-MD5 不是有效摘要。请检查是否有改写请求头的代理。",
    "InvalidObjectState": "归档对象需先恢复才能读取或复制。请先创建恢复任务。",
    "InvalidRegionName": "地域不存在或不支持批量处理。请检查 COSBATCH_REGION。",
    "InvalidRequest of UpdateJobStatus": "任务当前状态不允许此操作：已结束的任务不能取消，"
    "只有等待确认（Suspended）的任务才能确认。可用 `cosbatch describe JOBID` 查看状态。",
    "InvalidURI": "路径无法识别。请检查 JobId 或对象键。",
    "KmsFreqControl": "KMS 触发频率限制。请稍后重试。",
    "MalformedXML": "服务无法解析 Manifest、Operation 或 Report。请与文档对照；可用 plan 查看 XML。",
    "MissingContentLength": "Content-Length 在途中丢失。请检查代理。",
    "MissingRequestBodyError": "请求体未到达。请检查是否有代理丢弃了请求体。",
    "NoSuchBucket": "该地域没有此存储桶。请检查完整桶名 <name>-<appid> 以及 COSBATCH_REGION。",
    "NoSuchJob": "该地域没有此任务，或任务已超过 90 天。可用 `cosbatch jobs` 查看，用 --region 查询其他地域。",
    "NoSuchJob of UpdateJobStatus": "该地域没有此任务，或任务已结束。可用 `cosbatch describe JOBID` 查看状态。",
    "NoSuchJob of UpdateJobPriority": "该地域没有此任务，或任务已结束，其优先级不再起作用。可用 `cosbatch describe "
    "JOBID` 查看状态。",
    "NoSuchKey": "对象不存在，或该地域没有此存储桶。请检查完整桶名 <name>-<appid> 和对象键：清单的行中须为百分号编码，"
    "调用中则为原始键。",
    "NoSuchVersion": "对象没有该版本。请检查 ObjectVersionId，或省略以使用最新版本。",
    "NotImplemented": "此处不支持该功能。请检查地域以及账号是否已开通该操作。",
    "PathConflict": "目录与对象同名。请重命名其一。",
    "PreconditionFailed": "对象在记录 ETag 之后已被修改，或时间约束不成立。请以当前对象为准。",
    "Request has expired": "签名已过期。请检查签名机器的时钟。",
    "RequestTimeTooSkewed": "本机时钟与服务相差超过 15 分钟。函数会自动校正；其他机器请同步时钟。",
    "RequestTimeout": "请求到达过慢。请用同一令牌重试。",
    "RestoreAlreadyInProgress": "对象正在恢复中。请等待完成，无需重复执行。",
    "RestoreNonArchiveObject": "对象不是归档类型，无需恢复。请从清单中删除该行。",
    "ServiceUnavailable": "服务暂时无法完成此操作。请稍后重试；若曾使用令牌，请仍用同一令牌。",
    "SignatureDoesNotMatch": "SecretKey 与 SecretId 不匹配，或请求在途中被改动。请先检查密钥，再检查会修改请求头的代理；"
    "此错误的 JSON 列出了双方的 StringToSign 与 FormatString。",
    "SlowDown": "请求过于频繁。请等待一分钟（HTTP 调用按 Retry-After 等待）后用同一令牌重试。",
    "TooManyJobs": "任务数已达上限，未创建任务。请等待任务结束，或取消、删除部分任务。",
    "UserNetworkTooSlow": "网络过慢。请用同一令牌重试。",
    "XMLSizeLimit": "XML 超过服务限制。请精简元数据、标签和授权。",
}
_UNKNOWN_CHINESE = "服务文档没有说明该错误码；请把 Message 和 RequestId 提供给技术支持。"


def hint_for(code: str, language: str = "en", action: str = "") -> str:
    """One or two sentences for the Code, which came of that action where one is given; `language` is `en` or `zh`."""
    hints, unknown = (CHINESE, _UNKNOWN_CHINESE) if language == "zh" else (ENGLISH, _UNKNOWN)
    return hints.get(f"{code} of {action}") or hints.get(code, unknown)


def hint_on(error: CosbatchError, language: str, action: str) -> str:
    """The same for an error that came of that action; of what was refused before it was sent, the service's reasons say nothing."""
    return hint_for(error.code, language, action if isinstance(error, ServiceError) else "")
