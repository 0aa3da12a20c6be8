"""Pictures that models are shown."""

from pydantic import BaseModel, ConfigDict, Field


class Picture(BaseModel):
    """A picture beside a message: its media type, its bytes in base64, and what it is called."""

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str
    data: str = Field(repr=False)

    @property
    def url(self) -> str:
        """The picture as a `data:` URL."""
        return f"data:{self.media_type};base64,{self.data}"
