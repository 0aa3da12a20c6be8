"use client";

import { Component, type ReactNode } from "react";

import { Button } from "./button";
import { Callout } from "./callout";

interface Props {
  children: ReactNode;
  /** What failed, in words: "The trace". */
  what?: string;
  /** A change of this value (the path, an id) clears the error. */
  resetKey?: string;
}

/** Keeps a failure while drawing inside its own part of the page, with a way to try again. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(previous: Props) {
    if (this.state.error && previous.resetKey !== this.props.resetKey) this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <div className="p-4">
        <Callout
          tone="bad"
          title={`${this.props.what ?? "This part of the page"} failed to load`}
          action={
            <Button size="sm" onClick={() => this.setState({ error: null })}>
              Try again
            </Button>
          }
        >
          {this.state.error.message}
        </Callout>
      </div>
    );
  }
}
