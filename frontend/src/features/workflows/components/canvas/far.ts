import { createContext, useContext } from "react";

/** Below this zoom nothing that is written on a node could be read. */
export const FAR_ZOOM = 0.4;

/**
 * Whether the canvas is looked at from so far that nodes are boxes only. What a browser does for each frame of a pan grows
 * with the elements that there are: of 500 nodes with their signs and texts that is half of it.
 */
export const FarContext = createContext(false);

export const useFar = () => useContext(FarContext);
