"""A local server that speaks the national service's protocol, faults included."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections import deque
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tfpb.text import fold


class FakeService:
    """A local national service: knows some addresses, answers « ok » to rubbish, fails on demand."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], dict[str, str]] = {}
        self.rubbish: dict[str, str] | None = None
        self.faults: deque[str] = deque()
        self.always = ""
        self.requests: list[tuple[str, list[tuple[str, str]]]] = []
        self.fields: list[dict[str, list[str]]] = []
        self.poison = ""
        self.no_batches = False
        handler = type("Handler", (_Handler,), {"service": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def knows(
        self, number: str, street: str, *, code: str = "93010", postcode: str = "93140",
        city: str = "Bondy", lon: float = 2.4800, lat: float = 48.9000, query: str = "", key: str = "",
    ) -> None:  # fmt: skip
        name = f"{number} {street}".strip()
        answer = {
            "result_label": f"{name} {postcode} {city}", "result_score": "0.9",
            "result_type": "housenumber" if number else "street",
            "result_id": key or f"{code}_abcd" + (f"_{int(number):05d}" if number.isdigit() else ""),
            "result_housenumber": number, "result_name": name, "result_street": street,
            "result_postcode": postcode, "result_city": city, "result_citycode": code,
            "result_oldcity": "", "longitude": str(lon), "latitude": str(lat), "result_status": "ok",
        }  # fmt: skip
        self.known[fold(query or name), code] = answer

    def answer(self, text: str, code: str) -> dict[str, str] | None:
        words = fold(text)
        for (known, its_code), found in self.known.items():
            if (not code or code == its_code) and (words == known or words.startswith(known + " ")):
                return found
        return self.rubbish

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    service: FakeService

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _fault(self) -> bool:
        service = self.service
        fault = service.always or (service.faults.popleft() if service.faults else "")
        if fault == "429":
            self.send_response(429)
            self.send_header("retry-after", "3")
            self.send_header("content-length", "0")
            self.end_headers()
        elif fault == "500":
            self._reply(500, b"{}", "application/json")
        elif fault == "cut":
            self.send_response(200)
            self.send_header("content-length", "5000")
            self.end_headers()
            self.wfile.write(b"rang,q")
            self.close_connection = True
        elif fault == "slow":
            time.sleep(1.5)
            self._reply(200, b"", "text/csv")
        else:
            self.fault = fault
            return False
        return True

    def _reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        self.service.requests.append(("GET", [(asked["q"], asked.get("citycode", ""))]))
        if self._fault():
            return
        if self.service.poison and self.service.poison in asked["q"]:
            self._reply(400, b'{"code":400,"message":"non"}', "application/json")
            return
        found = self.service.answer(asked["q"], asked.get("citycode", ""))
        features = []
        if found:
            properties = {
                k.removeprefix("result_"): v for k, v in found.items() if k.startswith("result_")
            }
            point = [float(found["longitude"]), float(found["latitude"])]
            features = [
                {"geometry": {"type": "Point", "coordinates": point}, "properties": properties}
            ]
        self._reply(200, json.dumps({"features": features}).encode(), "application/json")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser(policy=HTTP).parsebytes(head + raw)
        fields: dict[str, list[str]] = {}
        for part in parts.iter_parts():
            name = part.get_param("name", header="content-disposition")
            fields.setdefault(str(name), []).append(part.get_payload(decode=True).decode("utf-8"))
        text = fields["data"][0]
        rows = list(csv.DictReader(io.StringIO(text)))
        self.service.fields.append(fields)
        self.service.requests.append(("POST", [(r["q"], r["code"]) for r in rows]))
        if self.service.no_batches:
            self._reply(500, b"{}", "application/json")
            return
        if self._fault():
            return
        if self.service.poison and any(self.service.poison in r["q"] for r in rows):
            self._reply(400, b'{"code":400,"message":"non"}', "application/json")
            return
        if self.fault == "unchanged":
            self._reply(200, text.encode(), "text/csv")
            return
        if self.fault == "short":
            rows = rows[:-1]
        columns = fields["result_columns"]
        out = io.StringIO()
        writer = csv.DictWriter(out, [*rows[0], *columns], extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            found = self.service.answer(row["q"], row["code"]) or {"result_status": "not-found"}
            writer.writerow({**row, **found})
        self._reply(200, out.getvalue().encode(), "text/csv")
