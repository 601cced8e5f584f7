#!/usr/bin/env python3
"""Plays the person at a browser: signs in, approves, and follows redirects to the end.

Called as a browser is, with the authorization URL as its one argument. Every form on the way is filled with
a name and a password and sent with the button that approves. PERSON_NAME is who signs in; with
PERSON_ANSWER=deny the last form is refused. The page at the end is printed, so that a verification code can
be read from it.
"""

import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

NAME = os.environ.get("PERSON_NAME", "ann")
NAMES = {"login": NAME, "username": NAME, "user": NAME, "password": "demo"}
APPROVE = re.compile(r"approve|allow|continue|sign|confirm|authori", re.IGNORECASE)
DENY = re.compile(r"deny|cancel|abort|refuse", re.IGNORECASE)


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a":
            self.links.append(attributes.get("href") or "")
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "fields": {}, "buttons": []})
        elif self.forms and tag in ("input", "button"):
            form = self.forms[-1]
            name, value = attributes.get("name"), attributes.get("value") or ""
            if tag == "button" or attributes.get("type") == "submit":
                form["buttons"].append((name, value))
            elif name:
                form["fields"][name] = NAMES.get(name, value)


def open_page(opener, url, fields=None):
    data = urllib.parse.urlencode(fields).encode() if fields is not None else None
    try:
        with opener.open(url, data, timeout=20) as response:
            return response.geturl(), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.geturl(), error.read().decode(errors="replace")


def main():
    answer = DENY if os.environ.get("PERSON_ANSWER") == "deny" else APPROVE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    url, page = open_page(opener, sys.argv[1])
    for _ in range(10):
        parser = Forms()
        parser.feed(page)
        refusals = [link for link in parser.links if DENY.search(link)]
        if answer is DENY and refusals:
            url, page = open_page(opener, urllib.parse.urljoin(url, refusals[0]))
            break
        if not parser.forms:
            break
        form = parser.forms[0]
        fields = dict(form["fields"])
        last = "password" not in fields
        for name, value in form["buttons"]:
            if name and (answer if last else APPROVE).search(value):
                fields[name] = value
        url, page = open_page(opener, urllib.parse.urljoin(url, form["action"]), fields)
    sys.stdout.write(page)


main()
