"""The words of the page in English and Chinese, and which of them a browser asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

CHINESE = {
    "COS stand-in": "COS 本地替身",
    "Skip to the content": "跳到正文",
    "UIN {uin}, APPID {appid}, region {region}": "UIN {uin}，APPID {appid}，地域 {region}",
    "Everything as JSON": "全部数据（JSON）",
    "The stand-in does not answer; what is shown here may be old.": "本地替身没有响应，此处显示的内容可能已经过时。",
    "All jobs": "全部任务",
    "Jobs": "任务",
    "Buckets": "存储桶",
    "under way": "进行中",
    "await confirmation": "等待确认",
    "with failures": "有失败",
    "finished": "已结束",
    "No job has been created yet.": "还没有创建任何任务。",
    "There is no bucket yet: one comes into being with the first object written to it.": "还没有存储桶：写入第一个对象时会自动创建。",
    "The {count} newest jobs are shown.": "仅显示最新的 {count} 个任务。",
    "Job": "任务",
    "State": "状态",
    "Progress": "进度",
    "Priority": "优先级",
    "Created": "创建时间",
    "Actions": "操作",
    "Confirm": "确认执行",
    "Cancel": "取消任务",
    "{action}: {job}": "{action}：{job}",
    "Restore archived objects": "恢复归档对象",
    "Copy objects": "复制对象",
    "Delete objects": "删除对象",
    "Tag objects": "设置对象标签",
    "New": "新建",
    "Preparing": "准备中",
    "Suspended": "等待确认",
    "Ready": "就绪",
    "Active": "执行中",
    "Pausing": "暂停中",
    "Paused": "已暂停",
    "Completing": "收尾中",
    "Complete": "已完成",
    "Cancelling": "取消中",
    "Cancelled": "已取消",
    "Failing": "失败中",
    "Failed": "已失败",
    "some tasks failed": "部分失败",
    "all tasks failed": "全部失败",
    "{count} succeeded": "成功 {count}",
    "{count} failed": "失败 {count}",
    "{count} left": "剩余 {count}",
    "{succeeded} succeeded, {failed} failed, {left} left of {total}": "共 {total}：成功 {succeeded}，失败 {failed}，剩余 {left}",
    "of {total}": "共 {total}",
    "not counted yet": "尚未统计",
    "Why it failed": "失败原因",
    "Failures by code": "按错误码统计的失败",
    "Code": "错误码",
    "Tasks": "任务项",
    "The first of them": "最先失败的对象",
    "States": "状态变化",
    "Document": "任务文档",
    "The document as JSON": "JSON 格式的任务文档",
    "Marker": "标记",
    "yes": "是",
    "no": "否",
    "empty": "空",
    "Files": "相关文件",
    "Report": "任务报告",
    "Tasks that succeeded": "成功的任务项",
    "Tasks that failed": "失败的任务项",
    "Manifest": "对象清单",
    "Receipt": "回执",
    "Events told to the function": "发送给函数的事件",
    "Object": "对象",
    "What went wrong": "出错信息",
    "Tries that failed": "失败次数",
    "Waiting": "等待投递",
    "Retrying": "重试中",
    "Delivered": "已投递",
    "Dead": "死信",
    "Stopped": "因循环而停止",
    "{count} delivered": "已投递 {count}",
    "{count} waiting": "等待 {count}",
    "{count} tried again": "重试中 {count}",
    "{count} dead-lettered": "死信 {count}",
    "{count} stopped in a loop": "因循环而停止 {count}",
    "Bucket": "存储桶",
    "Region": "地域",
    "Versioning": "版本控制",
    "never enabled": "从未启用",
    "Enabled": "已启用",
    "Objects and versions": "对象与版本",
    "There is no such job.": "没有这个任务。",
    "This cannot be done": "无法执行",
    "This form is too old: load the page again.": "表单已过期：请重新加载页面。",
    "confirmed on the page of the stand-in": "在本地替身的页面上确认",
    "cancelled on the page of the stand-in": "在本地替身的页面上取消",
    "Times are in UTC.": "时间均为 UTC。",
}


class Language(NamedTuple):
    """A language: its tag for HTML, and its words by the English ones; those that are missing stay English."""

    tag: str
    words: Mapping[str, str]

    def say(self, english: str, **values: object) -> str:
        """A text of the page, with `values` filled in."""
        return self.words.get(english, english).format(**values)


EN, ZH = Language("en", {}), Language("zh-CN", CHINESE)


def preferred(accept_language: str) -> Language:
    """The language that a header Accept-Language prefers; English where it asks for neither."""
    wanted = []
    for place, part in enumerate(accept_language.split(",")):
        found = re.fullmatch(r"\s*(zh|en)(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", part, re.ASCII | re.I)
        if found:
            wanted.append((-float(found[2] or 1), place, found[1].lower()))
    return ZH if wanted and min(wanted)[2] == "zh" else EN
