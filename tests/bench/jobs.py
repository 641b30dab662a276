"""The jobs that are created: a restore and a copy with every option, for COS and as AWS's API has them."""

from __future__ import annotations

from typing import Any

ACCOUNT, UIN, REGION = "1250000000", "100000000001", "ap-chengdu"
ETAG = '"15150651828fa9cdcb8356b6d1c7638b"'

ROLE = f"qcs::cam::uin/{UIN}:roleName/COSBatch_QcsRole"
RESTORE: dict[str, Any] = {
    "ClientRequestToken": "0e5a7cde-61f1-7e3b-0d7c-5ba9a1f4b2c6",
    "Description": "restore what the list names",
    "Manifest": {
        "Location": {"ETag": ETAG, "ObjectArn": f"cos://manifest-{ACCOUNT}/restore/2026-11.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    },
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
    "Priority": 10,
    "Report": {"Bucket": f"cos://report-{ACCOUNT}", "Enabled": True, "Prefix": "reports/restore"},
    "RoleArn": ROLE,
}
# Every element that a copy can have.
_COPY = {
    "AccessControlDirective": "Replaced",
    "AccessControlGrants": [
        {
            "Grantee": {
                "DisplayName": "reader",
                "Identifier": f"qcs::cam::uin/{UIN}:uin/{UIN}",
                "TypeIdentifier": "ID",
            },
            "Permission": "READ",
        }
    ],
    "PrefixReplace": True,
    "ResourcesPrefix": "2025/",
    "TargetKeyPrefix": "archive/2025/",
    "CannedAccessControlList": "private",
    "MetadataDirective": "Replaced",
    "ModifiedSinceConstraint": 1735689600,
    "UnModifiedSinceConstraint": 1798761600,
    "NewObjectMetadata": {
        "CacheControl": "no-cache",
        "ContentDisposition": "attachment",
        "ContentEncoding": "gzip",
        "ContentType": "text/csv",
        "HttpExpiresDate": "Wed, 01 Dec 2027 16:00:00 GMT",
        "SSEAlgorithm": "AES256",
        "UserMetadata": [{"Key": "x-cos-meta-origin", "Value": "2025"}, {"Key": "x-cos-meta-by", "Value": "batch"}],
    },
    "TaggingDirective": "Replaced",
    "NewObjectTagging": [{"Key": "kind", "Value": "log"}, {"Key": "year", "Value": "2025"}],
    "StorageClass": "ARCHIVE",
    "TargetResource": f"cos://archive-{ACCOUNT}",
}
FULL = {**RESTORE, "Operation": {"COSPutObjectCopy": _COPY}}

AWS_ACCOUNT = "123456789012"
AWS_RESTORE: dict[str, Any] = {
    "AccountId": AWS_ACCOUNT,
    "ClientRequestToken": RESTORE["ClientRequestToken"],
    "ConfirmationRequired": False,
    "Description": RESTORE["Description"],
    "Manifest": {
        "Location": {"ETag": ETAG, "ObjectArn": "arn:aws:s3:::manifest/restore/2026-11.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "S3BatchOperations_CSV_20180820"},
    },
    "Operation": {"S3InitiateRestoreObject": {"ExpirationInDays": 7, "GlacierJobTier": "BULK"}},
    "Priority": 10,
    "Report": {
        "Bucket": "arn:aws:s3:::report",
        "Enabled": True,
        "Format": "Report_CSV_20180820",
        "Prefix": "reports/restore",
        "ReportScope": "AllTasks",
    },
    "RoleArn": f"arn:aws:iam::{AWS_ACCOUNT}:role/batch",
}
# Every option that boto3 takes for a copy; times are Unix seconds.
_AWS_COPY = {
    "AccessControlGrants": [
        {
            "Grantee": {"DisplayName": "reader", "Identifier": "79a59df900b949e5", "TypeIdentifier": "id"},
            "Permission": "READ",
        }
    ],
    "AnnotationDirective": "COPY",
    "BucketKeyEnabled": True,
    "CannedAccessControlList": "private",
    "ChecksumAlgorithm": "SHA256",
    "MetadataDirective": "REPLACE",
    "ModifiedSinceConstraint": 1735689600,
    "NewObjectMetadata": {
        "CacheControl": "no-cache",
        "ContentDisposition": "attachment",
        "ContentEncoding": "gzip",
        "ContentLanguage": "en",
        "ContentLength": 1024,
        "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg==",
        "ContentType": "text/csv",
        "HttpExpiresDate": 1827590400,
        "RequesterCharged": False,
        "SSEAlgorithm": "AES256",
        "UserMetadata": {"origin": "2025", "by": "batch"},
    },
    "NewObjectTagging": [{"Key": "kind", "Value": "log"}, {"Key": "year", "Value": "2025"}],
    "ObjectLockEventHold": "OFF",
    "ObjectLockEventHoldDuration": {"Days": 1},
    "ObjectLockLegalHoldStatus": "OFF",
    "ObjectLockMode": "GOVERNANCE",
    "ObjectLockRetainUntilDate": 1827590400,
    "RedirectLocation": "https://example.com/",
    "RequesterPays": False,
    "SSEAwsKmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/1",
    "StorageClass": "GLACIER",
    "TargetKeyPrefix": "archive/2025/",
    "TargetResource": "arn:aws:s3:::archive",
    "UnModifiedSinceConstraint": 1798761600,
}
AWS_FULL = {**AWS_RESTORE, "Operation": {"S3PutObjectCopy": _AWS_COPY}}
AWS_CLIENT = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIDexample",
    "aws_secret_access_key": "example",
    "aws_session_token": "example",
}
