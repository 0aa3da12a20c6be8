/** The first run: an agent with two tools and a question that needs both. */
import type { AgentBody } from "@/lib/api";

export const demoAgent: AgentBody = {
  name: "Demo Agent",
  description: "Calculates and explains",
  instructions: "You are precise. Use the calculator for every computation and the chatbot for every explanation.",
  tools: ["calculator", "chatbot"],
};

export const demoQuestion =
  "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence.";
