//! The phone's camera and picture library: a QR code is looked for here, so that the page needs no decoder.

use super::{Problem, find};
use crate::phones::Phones;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use image::{GrayImage, ImageFormat, ImageReader, Limits};
use serde::Serialize;
use std::io::Cursor;

/// Bytes of a picture; the page makes larger ones smaller before it sends them.
pub(super) const MAX_PICTURE: usize = 2 * 1024 * 1024;

/// Pixels a side.
const MAX_SIDE: u32 = 4096;

#[derive(Debug, Serialize)]
pub(super) struct Found {
    found: bool,
}

/// A frame of the camera. Most hold no code; the app hears only of one that does.
pub(super) async fn frame(
    State(phones): State<Phones>,
    Path(number): Path<u32>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Found>, Problem> {
    let phone = find(&phones, number)?;
    let code = code_in(body?).await?;
    let found = code.is_some();
    // A frame that was under way when the app left the camera.
    if let (Some(code), Screen::Scan) = (code, phone.screen().screen) {
        phone.event(Event::QrScanned(code)).await;
    }
    Ok(Json(Found { found }))
}

/// A picture that the user chose or pasted. The app hears also when there is no code in it.
pub(super) async fn picture(
    State(phones): State<Phones>,
    Path(number): Path<u32>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Found>, Problem> {
    let phone = find(&phones, number)?;
    let read = match body {
        Ok(body) => code_in(body).await,
        Err(rejection) => Err(rejection.into()),
    };
    let code = read.clone().ok().flatten();
    phone.event(Event::PictureRead(code)).await;
    read.map(|code| Json(Found { found: code.is_some() }))
}

async fn code_in(picture: Bytes) -> Result<Option<String>, Problem> {
    let read = tokio::task::spawn_blocking(move || decode(&picture).map(find_code)).await;
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "the decoder stumbled over a picture");
        Ok(None)
    })
}

fn decode(picture: &[u8]) -> Result<GrayImage, Problem> {
    let format = match image::guess_format(picture) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(Problem::NotAPicture),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(u64::from(MAX_SIDE * MAX_SIDE * 4));
    let mut reader = ImageReader::with_format(Cursor::new(picture), format);
    reader.limits(limits);
    reader.decode().map(|image| image.to_luma8()).map_err(|_| Problem::NotAPicture)
}

fn find_code(image: GrayImage) -> Option<String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| image.as_raw()[y * width + x]);
    prepared.detect_grids().into_iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

impl From<BytesRejection> for Problem {
    fn from(_: BytesRejection) -> Self {
        // The only other reason is a broken connection, which nobody reads an answer from.
        Self::TooLarge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::DynamicImage;
    use qrcode_generator::Renderer;
    use qrcode_generator::qr::{Encoder, ErrorCorrection};

    const LINK: &str =
        "http://127.0.0.1:7501/e#1/127.0.0.1:7500/AAAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAAA";

    /// A code as the service's page shows it, somewhere in a larger picture.
    fn photograph(format: ImageFormat) -> Vec<u8> {
        let size = 300;
        let symbol = Encoder::new(ErrorCorrection::Medium).encode_text(LINK).unwrap();
        let code = Renderer::new(&symbol, size).to_luma8().unwrap();
        let mut picture = GrayImage::from_pixel(640, 480, image::Luma([214]));
        for (index, &grey) in code.iter().enumerate() {
            let (x, y) = (u32::try_from(index % size).unwrap(), u32::try_from(index / size).unwrap());
            picture.put_pixel(170 + x, 90 + y, image::Luma([grey / 2 + 60]));
        }
        let mut bytes = Vec::new();
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn a_code_is_read_from_jpeg_and_png() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            assert_eq!(decode(&photograph(format)).map(find_code), Ok(Some(LINK.to_owned())));
        }
    }

    #[test]
    fn a_picture_without_a_code_is_no_error() {
        let mut bytes = Vec::new();
        DynamicImage::new_luma8(64, 64).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        assert_eq!(decode(&bytes).map(find_code), Ok(None));
    }

    #[test]
    fn what_is_no_picture_is_told_so() {
        let wide = GrayImage::new(MAX_SIDE + 1, 1);
        let mut too_wide = Vec::new();
        DynamicImage::from(wide).write_to(&mut Cursor::new(&mut too_wide), ImageFormat::Png).unwrap();
        let png = photograph(ImageFormat::Png);
        for bytes in [&b""[..], b"hello", b"GIF89a", &png[..png.len() / 2], &too_wide] {
            assert_eq!(decode(bytes).err(), Some(Problem::NotAPicture));
        }
    }
}
