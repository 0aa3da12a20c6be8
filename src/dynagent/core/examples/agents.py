"""The examples without a workflow: a team that designs an unmanned aircraft, and tutors behind a triage agent."""

from typing import Any

from dynagent.core.agents import AgentConfiguration
from dynagent.core.examples.entity import Example, ExampleAgent, ExampleHandoff, ExampleTool, Expectation, Trial

_AERODYNAMICS = '''def aerodynamic_calculator(
    mass_kg: float, wing_area_m2: float, speed_m_s: float, wing_span_m: float
) -> dict:
    """Compute lift coefficient, aspect ratio and induced drag of a wing in level flight at sea level.

    Args:
        mass_kg: take-off mass in kilograms
        wing_area_m2: wing area in square metres
        speed_m_s: true air speed in metres a second
        wing_span_m: wing span in metres
    """
    pressure = 0.5 * 1.225 * speed_m_s**2
    lift = mass_kg * 9.80665
    coefficient = lift / (pressure * wing_area_m2)
    aspect_ratio = wing_span_m**2 / wing_area_m2
    induced = coefficient**2 / (3.141592653589793 * 0.8 * aspect_ratio)
    return {
        "lift_coefficient": round(coefficient, 4),
        "aspect_ratio": round(aspect_ratio, 3),
        "induced_drag_n": round(induced * pressure * wing_area_m2, 3),
    }
'''
_WIND_TUNNEL = '''def wind_tunnel_simulator(
    lift_slope_per_degree: float, stall_angle_deg: float, step_deg: float = 2.0
) -> list:
    """Sweep the angle of attack from zero past the stall and give the lift coefficient at each angle.

    Args:
        lift_slope_per_degree: lift coefficient gained for each degree below the stall
        stall_angle_deg: angle of attack at which the flow separates, in degrees
        step_deg: degrees between two measurements
    """
    found, angle = [], 0.0
    while angle <= stall_angle_deg + 4 and len(found) < 100:
        attached = lift_slope_per_degree * min(angle, stall_angle_deg)
        lost = 0.12 * max(0.0, angle - stall_angle_deg)
        found.append({"angle_deg": round(angle, 2), "lift_coefficient": round(max(0.0, attached - lost), 4)})
        angle += max(0.1, step_deg)
    return found
'''


def agent(part: str, **fields: Any) -> ExampleAgent:
    """Return an agent for a part; its name is the part unless another is given."""
    return ExampleAgent(part=part, configuration=AgentConfiguration.model_validate({"name": part, **fields}))


UAV_TEAM = Example(
    id="uav_team",
    name="UAV design team",
    description="Five engineers design an unmanned aircraft, iteration after iteration, until nothing changes.",
    tools=(
        ExampleTool(
            name="aerodynamic_calculator", description="Lift, aspect ratio and drag of a wing", code=_AERODYNAMICS
        ),
        ExampleTool(
            name="wind_tunnel_simulator", description="Lift over the angle of attack up to the stall", code=_WIND_TUNNEL
        ),
    ),
    agents=(
        agent(
            "mission_planner",
            display_name="Mission Planner Agent",
            role="Plans the mission of the aircraft",
            goal="Turn requirements into payload, range, endurance, speed and take-off mass, with units.",
        ),
        agent(
            "aerodynamics",
            display_name="Aerodynamics Agent",
            role="Wing and aerodynamic analysis",
            goal="Choose wing area, span and aerofoil for the mission; say lift, drag and stall speed.",
            tools=["aerodynamic_calculator", "wind_tunnel_simulator"],
            dependencies=["mission_planner"],
        ),
        agent(
            "propulsion",
            display_name="Propulsion Agent",
            role="Motor, propeller and energy",
            goal="Choose motor, propeller and battery that carry the drag over the endurance; say their mass.",
            dependencies=["mission_planner", "aerodynamics"],
        ),
        agent(
            "structures",
            display_name="Structures Agent",
            role="Airframe, loads and mass",
            goal="Lay out the airframe for the loads of the wing and the propulsion; say the mass of each part.",
            dependencies=["aerodynamics", "propulsion"],
        ),
        agent(
            "manufacturing",
            display_name="Manufacturing Agent",
            role="Materials, processes and cost",
            goal="Say how each part is made, of which material and at what cost; name what is hard to make.",
            dependencies=["structures"],
        ),
    ),
    trial=Trial(kind="team", query="Design an electric aircraft that carries 2 kg over 60 km and lands on a field."),
    expectation=Expectation(steps=("mission_planner", "aerodynamics", "propulsion", "structures", "manufacturing")),
)

TUTORS = Example(
    id="tutors",
    name="Tutors with triage",
    description="A triage agent hands each question over to the tutor who knows the subject; that one answers.",
    agents=(
        agent(
            "math",
            name="Math Tutor",
            description="Helps with mathematics",
            instructions="You help with mathematics. Compute with the calculator and show each step.",
            tools=["calculator"],
        ),
        agent(
            "history",
            name="History Tutor",
            description="Helps with history",
            instructions="You help with history. Say what happened, when and why, and what is uncertain about it.",
        ),
        agent(
            "triage",
            name="Triage Agent",
            description="Finds the right tutor",
            instructions="Decide which tutor the question is for and hand it over. Answer only if neither fits.",
        ),
    ),
    handoffs=(
        ExampleHandoff(
            source="triage", target="math", description="Math questions: numbers, sums, products, equations."
        ),
        ExampleHandoff(source="triage", target="history", description="History questions: events, people, dates."),
    ),
    trial=Trial(kind="agent", part="triage", query="A question for the math tutor: what is 12*12?"),
    expectation=Expectation(answered_by="math"),
)
