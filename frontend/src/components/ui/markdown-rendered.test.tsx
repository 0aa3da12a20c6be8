// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { MarkdownRendered } from "./markdown-rendered";

afterEach(cleanup);

/** What tools, models and people write is shown in other people's pages. */
describe("hostile texts", () => {
  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<svg onload=alert(1)></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=https://evil.example><button>x</button></form>",
    "text <style>*{display:none}</style>",
  ])("%s stays text", (text) => {
    const { container } = render(<MarkdownRendered text={text} />);
    expect(container.querySelector("script, img, iframe, svg, form, style, a, object, embed")).toBeNull();
    expect(container.innerHTML).not.toMatch(/<[^>]+\son\w+=/i);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "<javascript:alert(1)>",
  ])("%s leads nowhere", (text) => {
    const { container } = render(<MarkdownRendered text={text} />);
    expect(container.querySelector("img")).toBeNull();
    for (const link of container.querySelectorAll("a"))
      expect(link.getAttribute("href") ?? "").not.toMatch(/^\s*(javascript|vbscript|data):/i);
  });

  it("fetches nothing and tells other sites nothing", () => {
    const { container } = render(
      <MarkdownRendered text={"![pixel](https://evil.example/pixel.png) [x](https://evil.example)"} />,
    );
    expect(container.querySelector("img")).toBeNull();
    expect([...container.querySelectorAll("a")].map((link) => link.rel)).toEqual([
      "noreferrer noopener nofollow",
      "noreferrer noopener nofollow",
    ]);
  });
});
