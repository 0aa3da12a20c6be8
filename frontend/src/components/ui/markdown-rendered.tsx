import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const components: Components = {
  // What a model writes is not ours: links open elsewhere, images are not fetched.
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noreferrer noopener nofollow">
      {children}
    </a>
  ),
  img: ({ alt, src }) => {
    const text = alt || "image";
    return typeof src === "string" ? (
      <a href={src} target="_blank" rel="noreferrer noopener nofollow">
        {text}
      </a>
    ) : (
      <span>{text}</span>
    );
  },
};

/** The parser and its renderer: loaded when the first text needs it. */
export function MarkdownRendered({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
      {text}
    </ReactMarkdown>
  );
}
